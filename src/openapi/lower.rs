//! A tree of any version into the model.
