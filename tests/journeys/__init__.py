"""The whole program below its widgets, on real files and real sockets, against the training server's process: one story a file."""
