//! The page, rebuilt on change, on a port of this machine.

use crate::environment::Environment;
use crate::report::{Failure, flush, found, seconds};
use crate::{build, npm, toolchain, tools, usage};
use std::env;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

/// The command, not in the help, by which `serve` leaves a watcher behind.
pub(crate) const ANNOUNCE: &str = "announce-when-served";

const DEFAULT_PORT: u16 = 8080;

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Options {
    port: Option<u16>,
    address: String,
    release: bool,
    open: bool,
}

impl Options {
    pub(crate) fn parse(arguments: &[String]) -> Result<Self, Failure> {
        let mut options = Self {
            port: None,
            address: "127.0.0.1".to_owned(),
            release: false,
            open: true,
        };
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            let mut value = || {
                arguments
                    .next()
                    .ok_or_else(|| usage(format!("{argument} wants a value")))
            };
            match argument.as_str() {
                "--port" => {
                    let port = value()?;
                    options.port = Some(
                        port.parse()
                            .map_err(|_| usage(format!("`{port}` is not a port")))?,
                    );
                }
                "--address" => options.address.clone_from(value()?),
                "--release" => options.release = true,
                "--no-open" => options.open = false,
                other => return Err(usage(format!("serve knows no `{other}`"))),
            }
        }
        Ok(options)
    }
}

pub(crate) fn run(options: &Options) -> Result<ExitCode, Failure> {
    let since = Instant::now();
    let mut environment = Environment::new()?;
    toolchain::set_up(&mut environment)?;
    tools::set_up_trunk(&mut environment)?;
    tools::fetch_crates(&environment)?;
    // wasm-opt runs in the release build only, but once installed either build is offline.
    npm::set_up(&mut environment)?;

    let port = port(options)?;
    let url = format!("http://{}:{port}/", options.address);
    found(
        "serve",
        &format!("building; the page will be at {url} (Ctrl-C stops)"),
    );
    watch(&environment, options, port, since)?;

    let mut trunk = build::trunk(&environment)?;
    trunk.args(["serve", "--offline", "--disable-address-lookup"]);
    trunk.args(["--address", &options.address]);
    trunk.args(["--port", &port.to_string()]);
    if options.release {
        trunk.arg("--release");
    }
    // A folder of its own, so that a release build in dist/ is not replaced by this one.
    let dist = environment.target().join("serve");
    std::fs::create_dir_all(&dist)
        .map_err(|error| Failure::new(format!("cannot create {}: {error}", dist.display())))?;
    trunk.arg("--dist").arg(dist);
    replace_by(&mut trunk)
}

/// The port asked for, or the first free one from the default on.
fn port(options: &Options) -> Result<u16, Failure> {
    let free = |port: &u16| TcpListener::bind((options.address.as_str(), *port)).is_ok();
    match options.port {
        Some(port) if free(&port) => Ok(port),
        Some(port) => Err(Failure::new(format!("port {port} is taken"))
            .next("choose another one, or none: cargo xtask serve")),
        None => (DEFAULT_PORT..DEFAULT_PORT + 100)
            .find(free)
            .ok_or_else(|| Failure::new("no free port").next("cargo xtask serve --port N")),
    }
}

/// Becomes trunk, so that whoever stops us stops it.
#[cfg(unix)]
fn replace_by(trunk: &mut Command) -> Result<ExitCode, Failure> {
    use std::os::unix::process::CommandExt as _;
    flush();
    let error = trunk.exec();
    Err(Failure::new(format!("trunk did not start: {error}")))
}

#[cfg(not(unix))]
fn replace_by(trunk: &mut Command) -> Result<ExitCode, Failure> {
    crate::environment::run(trunk).map(|()| ExitCode::SUCCESS)
}

/// Starts the process that says when the page is there and opens it.
fn watch(
    environment: &Environment,
    options: &Options,
    port: u16,
    since: Instant,
) -> Result<(), Failure> {
    let own = env::current_exe()
        .map_err(|error| Failure::new(format!("cannot find this program: {error}")))?;
    environment
        .command(own)
        .arg(ANNOUNCE)
        .arg(&options.address)
        .arg(port.to_string())
        .arg(since.elapsed().as_millis().to_string())
        .arg(if options.open { "open" } else { "print" })
        .spawn()
        .map(|_| ())
        .map_err(|error| Failure::new(format!("cannot start the watcher: {error}")))
}

/// Waits until the page is served, prints its address and opens it where there is a screen.
pub(crate) fn announce(arguments: &[String]) {
    let [address, port, spent, open] = arguments else {
        return;
    };
    let since = Instant::now();
    let parent = parent();
    let url = format!("http://{address}:{port}/");
    while !serves(address, port) {
        if parent != self::parent() {
            return; // trunk is gone, and has said why
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let spent = Duration::from_millis(spent.parse().unwrap_or(0)) + since.elapsed();
    println!("\n  Reroute is at {url} (ready in {})\n", seconds(spent));
    flush();
    if open == "open" {
        open_in_browser(&url);
    }
}

#[cfg(unix)]
fn parent() -> u32 {
    std::os::unix::process::parent_id()
}

#[cfg(not(unix))]
fn parent() -> u32 {
    0
}

/// Whether the address answers with a page (trunk answers before its first build is done).
fn serves(address: &str, port: &str) -> bool {
    let ask = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect(format!("{address}:{port}"))?;
        stream.set_read_timeout(Some(Duration::from_secs(2)))?;
        write!(
            stream,
            "GET / HTTP/1.1\r\nHost: {address}\r\nAccept: text/html\r\nConnection: close\r\n\r\n"
        )?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        Ok(String::from_utf8_lossy(&answer).into_owned())
    };
    ask().is_ok_and(|answer| answer.starts_with("HTTP/1.1 200") && answer.contains("<html"))
}

/// Opens the page where there is a screen; elsewhere the printed address must do.
fn open_in_browser(url: &str) {
    let screen = ["DISPLAY", "WAYLAND_DISPLAY", "BROWSER"]
        .iter()
        .any(|name| env::var_os(name).is_some());
    let opener = if cfg!(target_os = "macos") {
        "open"
    } else if cfg!(windows) {
        "explorer"
    } else if screen {
        "xdg-open"
    } else {
        return;
    };
    let opened = Command::new(opener)
        .arg(url)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    if opened.is_err() {
        println!("  No `{opener}` here: open the address by hand.");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options, Failure> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        Options::parse(&words)
    }

    #[test]
    fn options_are_read() {
        let options = parse("--port 9000 --no-open --release").unwrap();
        assert_eq!(options.port, Some(9000));
        assert!(options.release && !options.open);
        assert!(parse("").unwrap().open);
    }

    #[test]
    fn mistakes_are_named() {
        assert!(
            parse("--port")
                .unwrap_err()
                .to_string()
                .contains("wants a value")
        );
        assert!(
            parse("--port many")
                .unwrap_err()
                .to_string()
                .contains("not a port")
        );
        assert!(
            parse("--prot 1")
                .unwrap_err()
                .to_string()
                .contains("--prot")
        );
    }
}
