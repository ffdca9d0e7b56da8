"""One file a data set, and the reader of your own files."""
