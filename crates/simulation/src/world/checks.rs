//! What a node, a link and their settings may be: one rule a part, one sentence a fault.

use crate::action::ActionError;
use crate::scenario::{LanSpec, Load, Position, ServerSpec};
use crate::time::SECOND;

pub(super) fn check_name(name: &str) -> Result<(), ActionError> {
    if (1..=40).contains(&name.chars().count()) && !name.chars().any(char::is_control) {
        Ok(())
    } else {
        Err(ActionError::BadName(name.to_owned()))
    }
}

fn in_range(
    what: &'static str,
    subject: &str,
    value: impl Into<f64>,
    (least, most): (f64, f64),
    range: &'static str,
) -> Result<(), ActionError> {
    let value = value.into();
    if (least..=most).contains(&value) {
        return Ok(());
    }
    let (subject, value) = (subject.to_owned(), value.to_string());
    Err(ActionError::OutOfRange {
        what,
        subject,
        range,
        value,
    })
}

pub(super) fn check_position(subject: &str, position: Position) -> Result<(), ActionError> {
    in_range(
        "the place",
        subject,
        position.x,
        (0.0, 1000.0),
        "0 to 1000 across",
    )?;
    in_range(
        "the place",
        subject,
        position.y,
        (0.0, 600.0),
        "0 to 600 down",
    )
}

pub(super) fn check_lan(subject: &str, lan: &LanSpec) -> Result<(), ActionError> {
    in_range(
        "the number of clients",
        subject,
        lan.clients,
        (1.0, 250.0),
        "1 to 250",
    )?;
    check_load(subject, lan.load)
}

pub(super) fn check_load(subject: &str, load: Load) -> Result<(), ActionError> {
    match load {
        Load::Poisson { rate } | Load::Constant { rate } => in_range(
            "the load",
            subject,
            rate,
            (0.0, 100_000.0),
            "0 to 100,000 calls a second",
        ),
        Load::Closed { think } => {
            let range = "at most an hour";
            in_range(
                "the think time",
                subject,
                crate::time::seconds(think),
                (0.0, 3_600.0),
                range,
            )
        }
    }
}

pub(super) fn check_speed(subject: &str, speed: f64) -> Result<(), ActionError> {
    in_range(
        "the speed",
        subject,
        speed,
        (0.001, 1_000.0),
        "0.001 to 1000",
    )
}

pub(super) fn check_server(subject: &str, server: &ServerSpec) -> Result<(), ActionError> {
    in_range(
        "the number of cores",
        subject,
        server.cores,
        (1.0, 64.0),
        "1 to 64",
    )?;
    check_speed(subject, server.speed)?;
    in_range(
        "the queue limit",
        subject,
        server.queue_limit,
        (0.0, 100_000.0),
        "0 to 100,000",
    )?;
    in_range(
        "the weight",
        subject,
        server.weight,
        (1.0, 256.0),
        "1 to 256",
    )?;
    let refused = |error| ActionError::Balancer(subject.to_owned(), error);
    server.discipline.validate().map_err(refused)?;
    let limit = server.concurrency.as_ref();
    limit
        .map_or(Ok(()), |limit| limit.validate())
        .map_err(refused)
}

pub(super) fn check_carriage(
    subject: &str,
    carriage: &crate::scenario::Carriage,
) -> Result<(), ActionError> {
    let most = 60 * SECOND;
    let seconds = crate::time::seconds;
    let (least, range) = ((0.0, seconds(most)), "0 to 60 seconds");
    in_range(
        "the latency",
        subject,
        seconds(carriage.latency),
        least,
        range,
    )?;
    in_range(
        "the jitter",
        subject,
        seconds(carriage.jitter),
        least,
        range,
    )?;
    let bandwidth = carriage.bandwidth as f64;
    in_range(
        "the bandwidth",
        subject,
        bandwidth,
        (1_000.0, 1e12),
        "1 kbit/s to 1 Tbit/s",
    )?;
    in_range("the loss", subject, carriage.loss, (0.0, 1.0), "0 to 1")
}
