//! How tests of one's own are kept inside: in namespaces where they can be had, with the files, the network and the user that one has.

use super::standing::Standing;
use super::trial::Enclosure;
use crate::keeper::{Contain, Demand, Level, Part, try_run};

/// What keeps each trial of one's own tests inside, and what of it holds here.
#[derive(Debug, Clone, Default)]
pub struct Footing {
    pub enclosure: Enclosure,
    pub standing: Standing,
}

/// Finds it out by a contained run of nothing, where one is wanted. To be called while there is one thread. `limits` are what a test may
/// use, in words.
///
/// # Errors
/// In words, why tests cannot be contained, where that is required.
pub fn footing(demand: Demand, limits: Vec<String>) -> Result<Footing, String> {
    // A test has no terminal, contained or not.
    let contain = Contain { terminal: false, ..Contain::own() };
    let tried = match demand {
        Demand::None => None,
        Demand::Auto | Demand::Required => Some(try_run(contain.clone())),
    };
    let part = Part::Namespaces.words().to_owned();
    let (contain, parts, missing) = match tried {
        None => (None, Vec::new(), Vec::new()),
        Some(Ok(())) => (Some(contain), vec![part], Vec::new()),
        Some(Err(why)) if demand == Demand::Required => return Err(why),
        Some(Err(why)) => (None, Vec::new(), vec![(part, why)]),
    };
    let level = if contain.is_some() { Level::Contained } else { Level::Host };
    let standing = Standing { level: level.name().to_owned(), parts, missing, limits };
    Ok(Footing { enclosure: Enclosure { contain, ..Enclosure::default() }, standing })
}
