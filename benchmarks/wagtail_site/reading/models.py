"""The peer's page: a title and a text that is shown as it is."""

from django.db import models
from wagtail.models import Page


class ReadingPage(Page):
    """A published text."""

    body = models.TextField()
    template = "reading/page.html"
