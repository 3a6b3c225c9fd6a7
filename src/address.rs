//! The page's address: what an author sets in the query.
//!
//! `?preset=five-servers&seed=7&speed=0.1&paused=1&embed=1&theme=dark`. A value that cannot be used is named
//! in a sentence and the default stands; a name that is not ours is somebody else's.

use simulation::{Scenario, presets};

/// What the address asks for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Address {
    /// The scenario to open.
    pub(crate) scenario: Scenario,
    /// Whether the seed was given.
    pub(crate) seeded: bool,
    /// In somebody else's page.
    pub(crate) embed: bool,
    /// Not playing from the start.
    pub(crate) paused: bool,
    /// Light or dark, whatever the visitor's system says: `light` or `dark`.
    pub(crate) theme: Option<&'static str>,
    /// What could not be used, in sentences.
    pub(crate) complaints: Vec<String>,
}

/// Reads name and value pairs; `None` if no scenario can be found at all.
pub(crate) fn read(pairs: &[(String, String)]) -> Option<Address> {
    let mut address = Address {
        scenario: presets::find(presets::FIRST)?,
        seeded: false,
        embed: false,
        paused: false,
        theme: None,
        complaints: Vec::new(),
    };
    if let Some((_, slug)) = pairs.iter().find(|(name, _)| name == "preset") {
        match presets::find(slug) {
            Some(scenario) => address.scenario = scenario,
            None => {
                let known: Vec<String> = presets::all().into_iter().map(|it| it.slug).collect();
                address.complaints.push(format!(
                    "The address asks for preset “{slug}”, which there is not; there are {}.",
                    known.join(", ")
                ));
            }
        }
    }
    for (name, value) in pairs {
        match name.as_str() {
            "seed" => match value.parse() {
                Ok(seed) => {
                    address.scenario.seed = seed;
                    address.seeded = true;
                }
                Err(_) => address.complain(
                    "seed",
                    value,
                    "a whole number from 0 to 18 446 744 073 709 551 615",
                ),
            },
            "speed" => match simulation::file::number(value) {
                Some(speed) if (0.001..=100.0).contains(&speed) => address.scenario.speed = speed,
                _ => address.complain("speed", value, "a number from 0.001 to 100"),
            },
            "embed" => match flag(value) {
                Some(embed) => address.embed = embed,
                None => address.complain("embed", value, "0 or 1"),
            },
            "paused" => match flag(value) {
                Some(paused) => address.paused = paused,
                None => address.complain("paused", value, "0 or 1"),
            },
            "theme" => match value.as_str() {
                "light" => address.theme = Some("light"),
                "dark" => address.theme = Some("dark"),
                _ => address.complain("theme", value, "light or dark"),
            },
            _ => {}
        }
    }
    Some(address)
}

impl Address {
    fn complain(&mut self, name: &str, value: &str, wanted: &str) {
        let sentence = format!("The address sets {name} to “{value}”; it must be {wanted}.");
        self.complaints.push(sentence);
    }
}

fn flag(value: &str) -> Option<bool> {
    match value {
        "" | "1" | "true" => Some(true),
        "0" | "false" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(query: &[(&str, &str)]) -> Address {
        let pairs: Vec<(String, String)> = query
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        read(&pairs).unwrap()
    }

    #[test]
    fn what_is_asked_for_is_given() {
        let address = of(&[
            ("preset", "overload"),
            ("seed", "42"),
            ("speed", "0.5"),
            ("embed", "1"),
            ("theme", "dark"),
        ]);
        assert_eq!(address.theme, Some("dark"));
        assert_eq!(address.scenario.slug, "overload");
        assert_eq!((address.scenario.seed, address.scenario.speed), (42, 0.5));
        assert!(address.embed && address.seeded && !address.paused);
        assert!(address.complaints.is_empty());
    }

    #[test]
    fn what_cannot_be_used_is_named_and_the_default_stands() {
        let address = of(&[
            ("preset", "nine"),
            ("speed", "-1"),
            ("embed", "maybe"),
            ("theme", "pink"),
            ("utm", "x"),
        ]);
        assert_eq!(address.scenario.slug, presets::FIRST);
        assert!(!address.embed);
        assert_eq!(address.complaints.len(), 4);
        assert_eq!(address.theme, None);
        assert!(
            address.complaints[0].contains("“nine”") && address.complaints[0].contains("overload")
        );
        assert!(address.complaints[1].contains("speed") && address.complaints[1].contains("“-1”"));
    }
}
