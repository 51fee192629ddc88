//! The canvas as a user meets it.
