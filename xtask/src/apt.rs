//! Debian's packages, where there is Debian and we are allowed to install.

use crate::environment::{Environment, run_quietly, text};
use crate::report::{Failure, Step};

/// Installs those of the packages that are missing.
///
/// # Errors
/// Where this is not Debian, or we are not root, the failure names the command that would do it.
pub(crate) fn install(
    environment: &mut Environment,
    why: &str,
    packages: &[&str],
) -> Result<(), Failure> {
    let missing: Vec<&str> = packages
        .iter()
        .copied()
        .filter(|package| !installed(environment, package))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let list = missing.join(" ");
    let by_hand = format!("apt-get install --no-install-recommends {list}");
    if environment.which("apt-get").is_none() {
        return Err(
            Failure::new(format!("{why} is missing, and there is no apt-get here"))
                .next(format!("install what Debian calls: {list}")),
        );
    }
    if text(environment.command("id").arg("-u")).as_deref() != Some("0") {
        return Err(
            Failure::new(format!("{why} is missing, and installing it needs root"))
                .next(format!("sudo {by_hand}")),
        );
    }
    let step = Step::start(
        "apt",
        &format!("installing {list} for {why}, about a minute"),
    );
    if !environment.apt_updated {
        run_quietly(apt(environment).arg("update"))
            .map_err(|failure| failure.next("apt-get update, with a network"))?;
        environment.apt_updated = true;
    }
    run_quietly(
        apt(environment)
            .args(["install", "-y", "--no-install-recommends"])
            .args(&missing),
    )
    .map_err(|failure| failure.next(by_hand))?;
    step.done("installed");
    Ok(())
}

fn apt(environment: &Environment) -> std::process::Command {
    let mut command = environment.command("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive").arg("-q");
    command
}

fn installed(environment: &Environment, package: &str) -> bool {
    text(
        environment
            .command("dpkg-query")
            .args(["-W", "-f=${db:Status-Status}", package]),
    )
    .as_deref()
        == Some("installed")
}
