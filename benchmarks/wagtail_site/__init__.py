"""A minimal Wagtail site with its page cache: the peer that a published page is measured beside."""
