"""Work put aside, done later: taken on a lease, finished once, by however many processes there are."""
