//! From steps and refusals to sentences. All wording for people is in the catalogue or in lessons.

pub mod catalogue;
pub mod refusal;
pub mod sentence;
mod sentence_files;

pub use catalogue::{Catalogue, Facts, catalogue};
pub use refusal::{Explanation, explain_refusal};
pub use sentence::sentence;
