//! The message catalogue: every sentence for people, by name. Written in Fluent, one folder a language below
//! `engine/messages`.

use fluent_bundle::bundle::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use std::collections::BTreeMap;
use std::sync::OnceLock;
use unic_langid::LanguageIdentifier;

/// The facts that a message's placeholders stand for.
pub type Facts = BTreeMap<String, String>;

type Bundle = FluentBundle<FluentResource, intl_memoizer::concurrent::IntlLangMemoizer>;

/// The English files, with the name that an error in them is reported under.
const ENGLISH: [(&str, &str); 12] = [
    ("steps.ftl", include_str!("../../messages/en/steps.ftl")),
    ("rules-cgroup.ftl", include_str!("../../messages/en/rules-cgroup.ftl")),
    ("rules-fs.ftl", include_str!("../../messages/en/rules-fs.ftl")),
    ("rules-mount.ftl", include_str!("../../messages/en/rules-mount.ftl")),
    ("rules-overlay.ftl", include_str!("../../messages/en/rules-overlay.ftl")),
    ("rules-namespaces.ftl", include_str!("../../messages/en/rules-namespaces.ftl")),
    ("rules-user.ftl", include_str!("../../messages/en/rules-user.ftl")),
    ("files.ftl", include_str!("../../messages/en/files.ftl")),
    ("commands.ftl", include_str!("../../messages/en/commands.ftl")),
    ("hints.ftl", include_str!("../../messages/en/hints.ftl")),
    ("partial.ftl", include_str!("../../messages/en/partial.ftl")),
    ("page.ftl", include_str!("../../messages/en/page.ftl")),
];

/// All messages of one language.
pub struct Catalogue {
    bundle: Bundle,
}

/// The English catalogue.
pub fn catalogue() -> &'static Catalogue {
    static CATALOGUE: OnceLock<Catalogue> = OnceLock::new();
    CATALOGUE.get_or_init(|| Catalogue::build("en", &ENGLISH).0)
}

impl Catalogue {
    /// Reads the files of a language; also gives what is wrong in them, for the test that allows nothing wrong.
    fn build(language: &str, files: &[(&str, &str)]) -> (Self, Vec<String>) {
        let language = language.parse::<LanguageIdentifier>().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![language]);
        // Isolation marks are for mixed writing directions; a terminal would show them as garbage.
        bundle.set_use_isolating(false);
        let mut wrong = Vec::new();
        for (name, text) in files {
            let resource =
                FluentResource::try_new((*text).to_owned()).unwrap_or_else(|(resource, errors)| {
                    wrong.extend(errors.iter().map(|error| format!("{name}: {error}")));
                    resource
                });
            if let Err(errors) = bundle.add_resource(resource) {
                wrong.extend(errors.iter().map(|error| format!("{name}: {error}")));
            }
        }
        (Self { bundle }, wrong)
    }

    /// True where there is a message of this name.
    pub fn has(&self, id: &str) -> bool {
        self.bundle.has_message(id)
    }

    /// A message's text. One that is missing shows as its own name, which a test does not allow.
    pub fn text(&self, id: &str, facts: &Facts) -> String {
        let message = self.bundle.get_message(id);
        let pattern = message.and_then(|message| message.value());
        pattern.map_or_else(|| id.to_owned(), |pattern| self.format(pattern, facts))
    }

    /// A message's attribute (`advice` of a rule), or `None` where it has none.
    pub fn attribute(&self, id: &str, attribute: &str, facts: &Facts) -> Option<String> {
        let attribute = self.bundle.get_message(id)?.get_attribute(attribute)?;
        Some(self.format(attribute.value(), facts))
    }

    fn format(&self, pattern: &fluent_syntax::ast::Pattern<&str>, facts: &Facts) -> String {
        let mut arguments = FluentArgs::new();
        for (name, value) in facts {
            arguments.set(name.as_str(), value.as_str());
        }
        self.bundle.format_pattern(pattern, Some(&arguments), &mut Vec::new()).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_english_files_are_free_of_errors() {
        let (_, wrong) = Catalogue::build("en", &ENGLISH);
        assert_eq!(wrong, Vec::<String>::new());
    }

    #[test]
    fn placeholders_are_filled_in() {
        let facts = Facts::from([("path".to_owned(), "/a".to_owned())]);
        assert!(catalogue().text("step-rmdir", &facts).contains("/a"));
        assert_eq!(catalogue().text("no-such-message", &facts), "no-such-message");
    }
}
