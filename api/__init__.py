"""How people reach Charte: pages, REST, live editing and the command line. The only place where parts meet."""
