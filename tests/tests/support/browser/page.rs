//! One browser window. All calls wait for their answer; what a test looks for may take [`PATIENCE`] to appear.

use std::{
    fs,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use fantoccini::{Client, ClientBuilder, elements::Element, wd::WebDriverCompatibleCommand};
use hyper::Method;
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Map, Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use url::{ParseError, Url};

use super::{keys, process};

/// How long something may take to appear.
const PATIENCE: Duration = Duration::from_secs(10);

/// The key of an element's reference (WebDriver, 12.1).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A window with its own profile. Dropping it ends its browser.
pub(crate) struct Page {
    runtime: Runtime,
    client: Client,
    profile: TempDir,
}

impl Page {
    /// A new browser with an empty profile.
    pub(crate) fn new(driver: &str, (width, height): (u32, u32)) -> Result<Self> {
        let profile = tempfile::Builder::new().prefix("drydock-browser-").tempdir()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let capabilities = capabilities(profile.path(), width, height);
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let client = runtime.block_on(builder.capabilities(capabilities).connect(driver));
        let client = client.context("chromedriver could not start a browser; is Chromium installed?")?;
        Ok(Self { runtime, client, profile })
    }

    /// Loads an address.
    pub(crate) fn go_to(&self, address: &str) -> Result<()> {
        self.runtime.block_on(self.client.goto(address)).with_context(|| format!("could not load {address}"))
    }

    /// The address bar.
    pub(crate) fn address(&self) -> Result<String> {
        Ok(self.runtime.block_on(self.client.current_url())?.into())
    }

    /// Loads the page again.
    pub(crate) fn reload(&self) -> Result<()> {
        Ok(self.runtime.block_on(self.client.refresh())?)
    }

    /// Waits for the mark `drydock-ready`, which the page sets after its first drawing.
    pub(crate) fn wait_until_ready(&self) -> Result<()> {
        let ready = "return performance.getEntriesByName('drydock-ready').length > 0";
        let ready = || Ok((self.script(ready, vec![])? == true).then_some(()));
        self.wait_for("the page to set its mark `drydock-ready`", ready)
    }

    /// Tries until there is an answer.
    pub(crate) fn wait_for<T>(&self, what: &str, mut look: impl FnMut() -> Result<Option<T>>) -> Result<T> {
        let start = Instant::now();
        loop {
            if let Some(found) = look()? {
                return Ok(found);
            }
            ensure!(start.elapsed() < PATIENCE, "waited {} s in vain for {what}", PATIENCE.as_secs());
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// The one element of this role and accessible name, as the browser tells a screen reader.
    pub(crate) fn by_role(&self, role: &str, name: &str) -> Result<Element> {
        let found = self.wait_for(&format!("{role} “{name}”"), || {
            let found = self.all_by_role(role, Some(name))?;
            ensure!(found.len() < 2, "{} elements are {role} “{name}”", found.len());
            Ok(found.into_iter().next())
        });
        found.map_err(|error| match self.outline() {
            Ok(outline) => error.context(format!("what the page has:\n{outline}")),
            Err(_) => error,
        })
    }

    /// All elements of this role, and of this name if there is one; now, without waiting.
    pub(crate) fn all_by_role(&self, role: &str, name: Option<&str>) -> Result<Vec<Element>> {
        let document = self.devtools("Runtime.evaluate", json!({ "expression": "document" }))?;
        let mut query = json!({ "objectId": document["result"]["objectId"], "role": role });
        if let Some(name) = name {
            query["accessibleName"] = name.into();
        }
        let found = self.devtools("Accessibility.queryAXTree", query)?;
        let nodes = found["nodes"].as_array().into_iter().flatten().filter(|node| node["ignored"] != true);
        nodes.map(|node| self.element(&node["backendDOMNodeId"])).collect()
    }

    /// DevTools and WebDriver have different handles for an element: it is passed on through the page.
    fn element(&self, node: &Value) -> Result<Element> {
        let object = self.devtools("DOM.resolveNode", json!({ "backendNodeId": node }))?;
        let keep = json!({
            "objectId": object["object"]["objectId"],
            "functionDeclaration": "function () { window.found = this; }",
        });
        self.devtools("Runtime.callFunctionOn", keep)?;
        let reference =
            self.script("const found = window.found; delete window.found; return found;", vec![])?;
        let reference = reference[ELEMENT].as_str().context("the element is gone")?.to_owned();
        Ok(Element::from_element_id(self.client.clone(), reference.into()))
    }

    /// Roles and names of all that a screen reader finds, one a line.
    pub(crate) fn outline(&self) -> Result<String> {
        let tree = self.devtools("Accessibility.getFullAXTree", json!({}))?;
        let nodes = tree["nodes"].as_array().into_iter().flatten().filter(|node| node["ignored"] != true);
        let lines = nodes.filter_map(|node| {
            let (role, name) = (node["role"]["value"].as_str()?, node["name"]["value"].as_str()?);
            (!name.is_empty() && !role.contains("TextBox")).then(|| format!("{role} “{name}”\n"))
        });
        Ok(lines.collect())
    }

    /// Clicks what has this role and name.
    pub(crate) fn click(&self, role: &str, name: &str) -> Result<()> {
        let element = self.by_role(role, name)?;
        self.runtime.block_on(element.click()).with_context(|| format!("could not click {role} “{name}”"))
    }

    /// Types into what has this role and name.
    pub(crate) fn type_into(&self, role: &str, name: &str, text: &str) -> Result<()> {
        let element = self.by_role(role, name)?;
        self.runtime
            .block_on(element.send_keys(text))
            .with_context(|| format!("could not type into {role} “{name}”"))
    }

    /// Presses a chord such as `Enter` or `Shift+ArrowLeft`, wherever the focus is.
    pub(crate) fn press(&self, chord: &str) -> Result<()> {
        Ok(self.runtime.block_on(self.client.perform_actions(keys::chord(chord)?))?)
    }

    /// The text shown in what has this role and name.
    pub(crate) fn text(&self, role: &str, name: &str) -> Result<String> {
        let element = self.by_role(role, name)?;
        Ok(self.runtime.block_on(element.text())?)
    }

    /// An attribute of what has this role and name.
    pub(crate) fn attribute(&self, role: &str, name: &str, attribute: &str) -> Result<Option<String>> {
        let element = self.by_role(role, name)?;
        Ok(self.runtime.block_on(element.attr(attribute))?)
    }

    /// Runs the body of a function in the page and answers what it returns.
    pub(crate) fn script(&self, body: &str, arguments: Vec<Value>) -> Result<Value> {
        self.runtime
            .block_on(self.client.execute(body, arguments))
            .context("a test's script failed in the page")
    }

    /// A command of the DevTools protocol, e.g. `Emulation.setEmulatedMedia`.
    pub(crate) fn devtools(&self, command: &str, parameters: Value) -> Result<Value> {
        self.command("goog/cdp/execute", json!({ "cmd": command, "params": parameters }))
            .with_context(|| format!("DevTools refused {command}"))
    }

    /// What the page, or the browser about the page, wrote to the console as errors.
    pub(crate) fn console_errors(&self) -> Result<Vec<String>> {
        let entries = self.command("se/log", json!({ "type": "browser" }))?;
        let entries = entries.as_array().into_iter().flatten();
        let severe = entries.filter(|entry| entry["level"] == "SEVERE");
        Ok(severe.map(|entry| entry["message"].as_str().unwrap_or_default().to_owned()).collect())
    }

    /// What axe-core finds, one string a rule violated, with the elements concerned.
    pub(crate) fn accessibility_faults(&self, axe: &Path) -> Result<Vec<String>> {
        let axe = fs::read_to_string(axe).with_context(|| format!("could not read {}", axe.display()))?;
        self.script(&axe, vec![])?;
        let check = "const done = arguments[arguments.length - 1]; \
                     axe.run().then((result) => done(result.violations), (error) => done(String(error)));";
        let violations = self.runtime.block_on(self.client.execute_async(check, vec![]))?;
        let Some(violations) = violations.as_array() else { bail!("axe did not run: {violations}") };
        Ok(violations.iter().map(fault).collect())
    }

    /// Writes what the window shows to `target/screenshots/NAME.png`; answers the path.
    pub(crate) fn screenshot(&self, name: &str) -> Result<PathBuf> {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("screenshots");
        fs::create_dir_all(&folder)?;
        let path = folder.join(name).with_extension("png");
        fs::write(&path, self.runtime.block_on(self.client.screenshot())?)?;
        Ok(path)
    }

    fn command(&self, path: &'static str, body: Value) -> Result<Value> {
        Ok(self.runtime.block_on(self.client.issue_cmd(DriverCommand { path, body }))?)
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        let client = self.client.clone();
        // Inside, for the clock belongs to the runtime.
        let _ = self.runtime.block_on(async { tokio::time::timeout(PATIENCE, client.close()).await });
        process::end_users_of(self.profile.path());
    }
}

fn capabilities(profile: &Path, width: u32, height: u32) -> Map<String, Value> {
    let arguments = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        &format!("--window-size={width},{height}"),
        &format!("--user-data-dir={}", profile.display()),
    ];
    let all = json!({
        "browserName": "chrome",
        "goog:loggingPrefs": { "browser": "ALL" },
        "goog:chromeOptions": { "args": arguments },
    });
    all.as_object().cloned().unwrap_or_default()
}

fn fault(violation: &Value) -> String {
    let nodes = violation["nodes"].as_array().into_iter().flatten();
    let elements: Vec<&str> = nodes.filter_map(|node| node["html"].as_str()).collect();
    format!("{}: {}: {}", violation["id"], violation["help"], elements.join(", "))
}

/// A command of chromedriver's own, below the session.
#[derive(Debug)]
struct DriverCommand {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for DriverCommand {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.to_string()))
    }
}
