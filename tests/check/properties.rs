//! Properties: checking never panics, and what it lowers is sound.
