"""Makes the peer's database with one page: `python -m benchmarks.wagtail_site.load BODY.html`; prints its address."""

import os
import sys
from pathlib import Path


def main() -> None:
    """Creates the tables and publishes the page."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.wagtail_site.settings")
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from wagtail.models import Page, Site

    from benchmarks.wagtail_site.reading.models import ReadingPage

    root = Page.objects.filter(depth=1).get()
    page = ReadingPage(title="Charter", slug="charter", body=Path(sys.argv[1]).read_text("utf-8"))
    root.add_child(instance=page)
    page.save_revision().publish()
    Site.objects.all().delete()
    Site.objects.create(hostname="127.0.0.1", port=80, root_page=root, is_default_site=True)
    print(page.url)


if __name__ == "__main__":
    main()
