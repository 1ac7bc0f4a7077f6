"""Live editing beside Hocuspocus: the same writers on the same machine in the same run."""
