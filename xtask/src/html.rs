//! The entry page. `index.html` is written for Trunk, whose `<link data-trunk rel="…">` elements name
//! what belongs to the page; here each is replaced by what a browser understands.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};

/// One `<link data-trunk …>` element.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Link {
    /// The crate that is compiled to wasm.
    Rust,
    /// A style sheet.
    Css(String),
    /// A file, copied as it is to the page's root.
    CopyFile(String),
    /// A folder, copied as it is to the page's root.
    CopyDir(String),
}

/// All links to be bundled, in the order of the document.
pub(crate) fn links(html: &str) -> Result<Vec<Link>> {
    let mut found = Vec::new();
    rewrite(html, |link| {
        found.push(link);
        String::new()
    })?;
    Ok(found)
}

/// The document with each link replaced by what `replacement` makes of it.
pub(crate) fn rewrite(html: &str, mut replacement: impl FnMut(Link) -> String) -> Result<String> {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(start) = rest.find("<link") {
        let length = rest[start..].find('>').context("index.html: a <link without its >")? + 1;
        let element = &rest[start..start + length];
        out.push_str(&rest[..start]);
        match parse(element)? {
            Some(link) => out.push_str(&replacement(link)),
            None => out.push_str(element),
        }
        rest = &rest[start + length..];
    }
    out.push_str(rest);
    Ok(out)
}

/// Puts elements at the beginning of the head, where a policy must stand to hold for all that follows.
pub(crate) fn insert_into_head(html: &str, elements: &str) -> Result<String> {
    let (before, after) = html.split_once("<head>").context("index.html: no <head>")?;
    Ok(format!("{before}<head>\n    {elements}{after}"))
}

/// `None` for a link that is not Trunk's.
fn parse(element: &str) -> Result<Option<Link>> {
    let attributes = attributes(element);
    if !attributes.contains_key("data-trunk") {
        return Ok(None);
    }
    let href = || {
        let href = attributes.get("href").with_context(|| format!("index.html: no href in {element}"))?;
        Ok::<_, anyhow::Error>((*href).to_owned())
    };
    match attributes.get("rel").copied() {
        Some("rust") => Ok(Some(Link::Rust)),
        Some("css") => Ok(Some(Link::Css(href()?))),
        Some("copy-file") => Ok(Some(Link::CopyFile(href()?))),
        Some("copy-dir") => Ok(Some(Link::CopyDir(href()?))),
        other => bail!(
            "index.html: xtask does not know Trunk's rel={:?} in {element}; \
             teach it in xtask/src/html.rs and bundle.rs",
            other.unwrap_or("(none)")
        ),
    }
}

/// The attributes of one element; the value of one without `=` is empty.
fn attributes(element: &str) -> BTreeMap<&str, &str> {
    let mut attributes = BTreeMap::new();
    let mut rest = element.trim_start_matches("<link").trim_end_matches('>').trim_end_matches('/').trim();
    while !rest.is_empty() {
        let end = rest.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(rest.len());
        let name = &rest[..end];
        rest = rest[end..].trim_start();
        let value = match rest.strip_prefix("=\"").and_then(|quoted| quoted.split_once('"')) {
            Some((value, after)) => {
                rest = after.trim_start();
                value
            }
            None => "",
        };
        attributes.insert(name, value);
        // A stray `=` would otherwise be found again and again.
        rest = rest.trim_start_matches('=');
    }
    attributes
}

#[cfg(test)]
mod tests {
    use super::{Link, insert_into_head, links, rewrite};

    const PAGE: &str = r#"<head>
        <link rel="icon" href="data:," />
        <link data-trunk rel="css" href="web/styles.css" />
        <link data-trunk rel="rust" href="web/Cargo.toml" data-bin="web" />
    </head>"#;

    #[test]
    fn finds_trunks_links_only() -> anyhow::Result<()> {
        assert_eq!(links(PAGE)?, [Link::Css("web/styles.css".to_owned()), Link::Rust]);
        Ok(())
    }

    #[test]
    fn replaces_them_and_keeps_the_rest() -> anyhow::Result<()> {
        let page = rewrite(PAGE, |link| if link == Link::Rust { "RUST".into() } else { "CSS".into() })?;
        let expected = "<head>
        <link rel=\"icon\" href=\"data:,\" />
        CSS
        RUST
    </head>";
        assert_eq!(page, expected);
        Ok(())
    }

    #[test]
    fn an_unknown_kind_is_an_error_that_says_where_to_teach_it() {
        let error = links(r#"<link data-trunk rel="sass" href="a.scss">"#).map_err(|error| error.to_string());
        assert!(error.is_err_and(|text| text.contains("sass") && text.contains("xtask/src/html.rs")));
    }

    #[test]
    fn malformed_elements_end() {
        assert!(links("<link data-trunk").is_err());
        assert!(links("<link = = ==\" data-trunk rel>").is_err());
    }

    #[test]
    fn a_policy_goes_first() -> anyhow::Result<()> {
        assert_eq!(insert_into_head("<head><title>", "<meta>")?, "<head>\n    <meta><title>");
        assert!(insert_into_head("<body>", "<meta>").is_err());
        Ok(())
    }
}
