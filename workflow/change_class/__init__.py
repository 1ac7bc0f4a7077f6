"""The change class: whether new words are editorial, clarifying or substantive beside the words signed before."""
