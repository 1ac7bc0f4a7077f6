"""What a browser says of itself, in the words by which people know it."""

import pytest

from api.browsers import say_browser

LIKE = "(KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("said", "english", "french"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0",
            "Firefox on Windows", "Firefox sous Windows",
        ),
        (
            f"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 {LIKE} HeadlessChrome/131.0.0.0 Safari/537.36",
            "Chrome on Linux", "Chrome sous Linux",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
            f" AppleWebKit/537.36 {LIKE} Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0",
            "Edge on Windows", "Edge sous Windows",
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)"
            f" AppleWebKit/605.1.15 {LIKE} Version/18.1 Safari/605.1.15",
            "Safari on macOS", "Safari sous macOS",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X)"
            f" AppleWebKit/605.1.15 {LIKE} Version/18.1 Mobile/15E148 Safari/604.1",
            "Safari on iPhone", "Safari sous iPhone",
        ),
        (
            "Mozilla/5.0 (iPad; CPU OS 17_0 like Mac OS X)"
            f" AppleWebKit/605.1.15 {LIKE} CriOS/131.0 Mobile/15E148 Safari/604.1",
            "Chrome on iPad", "Chrome sous iPad",
        ),
        (
            "Mozilla/5.0 (Linux; Android 14; SM-S921B)"
            f" AppleWebKit/537.36 {LIKE} SamsungBrowser/26.0 Chrome/122.0 Mobile Safari/537.36",
            "Samsung Internet on Android", "Samsung Internet sous Android",
        ),
        (
            f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 {LIKE} Chrome/131.0.0.0 Safari/537.36",
            "Chrome on ChromeOS", "Chrome sous ChromeOS",
        ),
        ("curl/8.5.0", "curl", "curl"),
        ("x" * 300, "x" * 40, "x" * 40),
        ("", "A browser", "Un navigateur"),
        ("   ", "A browser", "Un navigateur"),
    ],
)  # fmt: skip
def test_a_browser_is_called_as_people_call_it(said: str, english: str, french: str) -> None:
    assert (say_browser(said, "en"), say_browser(said, "fr")) == (english, french)
