//! Chromium and its driver, for the tests.

use crate::apt;
use crate::environment::{Environment, text};
use crate::report::{Failure, found};
use std::env;
use std::path::PathBuf;

/// A browser and the driver of the same version.
#[derive(Debug)]
pub(crate) struct Browser {
    pub(crate) chromium: PathBuf,
    pub(crate) driver: PathBuf,
}

const NAMES: [&str; 5] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
];

const PLACES: [&str; 2] = [
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/// Finds Chromium, or installs Debian's. `CHROMIUM` and `CHROMEDRIVER` name others.
pub(crate) fn set_up(environment: &mut Environment) -> Result<Browser, Failure> {
    let browser = match find(environment) {
        Some(browser) => browser,
        None => {
            apt::install(environment, "the browser", &["chromium", "chromium-driver"])?;
            find(environment).ok_or_else(|| {
                Failure::new("Chromium and chromedriver are not on PATH")
                    .next("install both, or name them in CHROMIUM and CHROMEDRIVER")
            })?
        }
    };
    let version = text(environment.command(&browser.chromium).arg("--version"))
        .unwrap_or_else(|| "of unknown version".to_owned());
    found(
        "browser",
        &format!("{version}, {}", browser.chromium.display()),
    );
    Ok(browser)
}

fn find(environment: &Environment) -> Option<Browser> {
    let named = |name| {
        env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_file())
    };
    let chromium = named("CHROMIUM")
        .or_else(|| NAMES.iter().find_map(|name| environment.which(name)))
        .or_else(|| PLACES.iter().map(PathBuf::from).find(|path| path.is_file()))?;
    let driver = named("CHROMEDRIVER").or_else(|| environment.which("chromedriver"))?;
    Some(Browser { chromium, driver })
}
