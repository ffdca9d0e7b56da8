"""A reader's own files as they come: unpacked, decoded, cut into cells, none of it guessed."""
