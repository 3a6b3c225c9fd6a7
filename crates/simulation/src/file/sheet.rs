//! Settings as rows that a page shows and changes: one form more over the table of fields.
//!
//! Idea: a row for each field, named by its path; a change is a path and a text, read as a file's
//! value is. So every setting of a file can be seen and changed, and says the same of a bad value.

use super::form::{Form, LONG, Number, Part, Parts, Real};
use super::measure::split;
use super::reader::{in_range, real, real_range};
use super::writer;
use crate::action::{Action, Ends};
use crate::scenario::{Carriage, LanSpec, Operation, ServerSpec};
use rpc::retry::CallPolicy;
use serde_json::Value;

/// The most entries of a list.
const MOST: u64 = 20;
/// How a row says that there is none.
const NONE: &str = "none";

/// Something with settings.
#[derive(Debug, Clone, PartialEq)]
pub enum Subject {
    /// A LAN by its name.
    Lan(String, LanSpec),
    /// A balancer by its name.
    Balancer(String, Box<balancer::Settings>),
    /// A server by its name.
    Server(String, ServerSpec),
    /// A link by its ends.
    Link(Ends, Carriage),
    /// How clients treat their calls.
    Calls(CallPolicy),
    /// What clients call.
    Workload(Workload),
}

/// What clients call.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Workload(pub Vec<Operation>);

/// How a row is set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// By a text; beside it what is taken, as in `1 to 64`.
    Text(String),
    /// By one of several names.
    OneOf(Vec<&'static str>),
    /// On or off: `true` or `false`.
    Switch,
    /// Not at all: a heading over the rows that belong to it.
    Heading,
}

/// A setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Names it among its subject's: `protection.breakers.max_requests`.
    pub path: String,
    /// How many headings it stands under.
    pub depth: usize,
    /// As it stands.
    pub value: String,
    /// How it is set.
    pub entry: Entry,
    /// What it is, in a sentence; empty where the label says it all.
    pub doc: &'static str,
}

impl Row {
    /// The last step of its path as a label: `Queue limit`, `Operation 1`.
    #[must_use]
    pub fn label(&self) -> String {
        let step = self.path.rsplit('.').next().unwrap_or_default();
        let (step, number) = match step.trim_end_matches(']').split_once('[') {
            Some((list, place)) => (list, place.parse::<u32>().ok()),
            None => (step, None),
        };
        let step = match (step, number) {
            ("workload", None) => "operations",
            ("workload", Some(_)) => "operation",
            ("criticality", None) => "graded procedures",
            ("criticality", Some(_)) => "graded procedure",
            _ => step,
        };
        let mut label = step.replace('_', " ");
        if let Some(first) = label.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        if let Some(place) = number {
            label.push(' ');
            label.push_str(&(place + 1).to_string());
        }
        label
    }
}

impl Subject {
    fn part(&mut self) -> &mut dyn Part {
        match self {
            Self::Lan(_, it) => it,
            Self::Balancer(_, it) => &mut **it,
            Self::Server(_, it) => it,
            Self::Link(_, it) => it,
            Self::Calls(it) => it,
            Self::Workload(it) => it,
        }
    }

    /// What it is called in a sentence.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Lan(name, _) | Self::Balancer(name, _) | Self::Server(name, _) => name.clone(),
            Self::Link(ends, _) => [&ends.0, " – ", &ends.1].concat(),
            Self::Calls(_) => "the calls".to_owned(),
            Self::Workload(_) => "the workload".to_owned(),
        }
    }

    /// All of its settings in the order of a file.
    #[must_use]
    pub fn rows(&self) -> Vec<Row> {
        let mut sheet = Sheet::default();
        self.clone().part().fields(&mut sheet);
        sheet.rows
    }

    /// The action that changes one setting.
    ///
    /// # Errors
    /// What is wrong with the text, in a sentence without its first capital and its stop. There is
    /// no action for what stands already.
    pub fn set(&self, path: &str, text: &str) -> Result<Option<Action>, String> {
        let mut changed = self.clone();
        let mut sheet = Sheet {
            change: Some((path, text.trim())),
            ..Sheet::default()
        };
        changed.part().fields(&mut sheet);
        match sheet.fault {
            Some(sentence) => Err(sentence),
            None if changed == *self => Ok(None),
            None => Ok(Some(changed.action())),
        }
    }

    fn action(self) -> Action {
        match self {
            Self::Lan(name, it) => Action::SetLan(name, it),
            Self::Balancer(name, it) => Action::SetBalancer(name, *it),
            Self::Server(name, it) => Action::SetServer(name, it),
            Self::Link(ends, it) => Action::SetCarriage(ends, it),
            Self::Calls(it) => Action::SetCalls(it),
            Self::Workload(it) => Action::SetWorkload(it.0),
        }
    }
}

#[derive(Default)]
struct Sheet<'t> {
    rows: Vec<Row>,
    /// The path to what is told of, each step with its stop.
    path: String,
    depth: usize,
    /// The path and the text of a change.
    change: Option<(&'t str, &'t str)>,
    fault: Option<String>,
}

impl<'t> Sheet<'t> {
    /// Adds a row; the text that is to be read into it, if it is the one that changes.
    fn row(
        &mut self,
        name: &str,
        doc: &'static str,
        value: String,
        entry: Entry,
    ) -> Option<&'t str> {
        let path = [&self.path, name].concat();
        let wanted = self.change.filter(|(changed, _)| *changed == path);
        self.rows.push(Row {
            path,
            depth: self.depth,
            value,
            entry,
            // What `null` is in a file, the setting itself shows.
            doc: doc.split("; null").next().unwrap_or_default(),
        });
        wanted.map(|(_, text)| text)
    }

    fn within(&mut self, name: &str, does: impl FnOnce(&mut Self)) {
        let length = self.path.len();
        self.path.push_str(name);
        self.path.push('.');
        self.depth += 1;
        does(self);
        self.depth -= 1;
        self.path.truncate(length);
    }

    /// What was read, or what stood, and what is wrong.
    fn read<T>(&mut self, read: Option<Result<T, String>>, stood: T) -> T {
        match read {
            Some(Ok(value)) => value,
            Some(Err(sentence)) => {
                self.fault = Some(sentence);
                stood
            }
            None => stood,
        }
    }
}

/// A text with the unit that the old value has, if it names none.
fn with_unit(text: &str, old: &str) -> String {
    let text = text.replace(',', ".");
    let unit = if split(&text).1.is_empty() {
        split(old).1
    } else {
        ""
    };
    [&text, unit].concat()
}

impl Form for Sheet<'_> {
    fn number(&mut self, field: &Number, value: Option<u64>) -> Option<u64> {
        let shown = value.map_or(NONE.to_owned(), |it| field.measure.write(it));
        // An end that nobody meets is not worth its digits.
        let endless = [LONG, u32::MAX.into()].contains(&field.most);
        let mut range = if endless && field.least <= 1 && !field.measure.plain() {
            // Any time at all.
            String::new()
        } else if endless {
            ["at least ", &field.measure.write(field.least)].concat()
        } else {
            super::reader::number_range(field)
        };
        if field.optional {
            range.push_str(if range.is_empty() {
                "or none"
            } else {
                ", or none"
            });
        }
        let text = self.row(field.name, field.doc, shown.clone(), Entry::Text(range));
        let read = text.map(|text| {
            if field.optional && (text.is_empty() || text == NONE) {
                return Ok(None);
            }
            let old = value.map_or(field.measure.example.to_owned(), |_| shown);
            let text = with_unit(text, &old);
            in_range(field, field.measure.read(&text)?, &text).map(Some)
        });
        self.read(read, value)
    }

    fn real(&mut self, field: &Real, value: f64) -> f64 {
        let shown = writer::real_text(field.written, value);
        let text = self.row(
            field.name,
            field.doc,
            shown.clone(),
            Entry::Text(real_range(field)),
        );
        let read = text.map(|text| real(field, &Value::String(with_unit(text, &shown))));
        self.read(read, value)
    }

    fn text(&mut self, _: &'static str, _: &'static str, _: bool, _: &mut String) {}

    fn pair(&mut self, _: &'static str, _: &'static str, _: &mut String, _: &mut String) {}

    fn flag(&mut self, name: &'static str, doc: &'static str, value: bool) -> bool {
        let shown = if value { "true" } else { "false" };
        self.row(name, doc, shown.to_owned(), Entry::Switch)
            .map_or(value, |text| text == "true")
    }

    fn choice(
        &mut self,
        name: &'static str,
        doc: &'static str,
        _: bool,
        of: &[&'static str],
        value: usize,
    ) -> usize {
        let shown = of.get(value).copied().unwrap_or_default();
        let text = self.row(name, doc, shown.to_owned(), Entry::OneOf(of.to_vec()));
        let chosen = text.and_then(|text| of.iter().position(|it| *it == text));
        chosen.unwrap_or(value)
    }

    fn part(&mut self, name: &'static str, doc: &'static str, part: &mut dyn Part) {
        let kinds = (part.meta().kinds)();
        if part.meta().tag.is_empty() {
            self.row(name, doc, String::new(), Entry::Heading);
        } else {
            let kind = kinds.get(part.kind()).copied().unwrap_or_default();
            let text = self.row(name, doc, kind.to_owned(), Entry::OneOf(kinds.clone()));
            let chosen = text.and_then(|text| kinds.iter().position(|it| *it == text));
            if let Some(kind) = chosen.filter(|kind| *kind != part.kind()) {
                part.reset(kind);
            }
        }
        self.within(name, |sheet| part.fields(sheet));
    }

    fn maybe(&mut self, name: &'static str, doc: &'static str, part: &mut dyn Parts) {
        let meta = part.sample();
        let meta = meta.meta();
        let several = !meta.tag.is_empty();
        let mut names = vec![NONE];
        names.extend((meta.kinds)());
        let (value, entry) = match (several, part.at(0)) {
            (false, found) => (found.is_some().to_string(), Entry::Switch),
            (true, None) => (NONE.to_owned(), Entry::OneOf(names.clone())),
            (true, Some(found)) => {
                let kind = names.get(found.kind() + 1).copied().unwrap_or_default();
                (kind.to_owned(), Entry::OneOf(names.clone()))
            }
        };
        match self.row(name, doc, value.clone(), entry) {
            Some(text) if text == value => {}
            Some("false" | NONE) => part.clear(),
            Some(text) => {
                if part.count() == 0 {
                    part.grow();
                }
                let kind = names.iter().position(|it| several && *it == text);
                if let (Some(kind), Some(found)) = (kind, part.at(0)) {
                    found.reset(kind.saturating_sub(1));
                }
            }
            None => {}
        }
        if let Some(found) = part.at(0) {
            self.within(name, |sheet| found.fields(sheet));
        }
    }

    fn list(&mut self, name: &'static str, doc: &'static str, parts: &mut dyn Parts) {
        let count = Number {
            name,
            doc,
            measure: &super::measure::COUNT,
            least: 0,
            most: MOST,
            optional: false,
            required: false,
        };
        let wanted = self.number(&count, Some(parts.count() as u64)).unwrap_or(0) as usize;
        while parts.count() < wanted {
            parts.grow();
        }
        while parts.count() > wanted {
            parts.shrink();
        }
        for place in 0..wanted {
            if let Some(found) = parts.at(place) {
                let place = [name, "[", &place.to_string(), "]"].concat();
                self.row(&place, "", String::new(), Entry::Heading);
                self.within(&place, |sheet| found.fields(sheet));
            }
        }
    }

    fn holds(&mut self, verdict: Result<(), String>) {
        if self.change.is_some() && self.fault.is_none() {
            self.fault = verdict.err();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::presets;
    use crate::world::World;

    fn server() -> Subject {
        Subject::Server("s".to_owned(), ServerSpec::default())
    }

    fn balancer() -> Subject {
        Subject::Balancer("b".to_owned(), Box::default())
    }

    #[test]
    fn a_text_is_read_as_in_a_file_and_may_leave_out_the_unit() {
        let Ok(Some(Action::SetServer(_, spec))) = server().set("cores", "4") else {
            panic!("four cores are allowed")
        };
        assert_eq!(spec.cores, 4);
        let calls = Subject::Calls(CallPolicy::default());
        let row = |subject: &Subject, path: &str| {
            let rows = subject.rows();
            let found = rows.into_iter().find(|row| row.path == path);
            found.map(|row| row.value)
        };
        let shown = row(&calls, "deadline").expect("calls have a deadline");
        let (_, unit) = split(&shown);
        let typed = |text: &str| calls.set("deadline", text).expect("it is one");
        assert_eq!(typed("1.5"), typed(&format!("1.5{unit}")));
        assert_eq!(typed("1,5"), typed(&format!("1.5{unit}")));
        assert_eq!(typed(&shown), None, "nothing changes");
    }

    #[test]
    fn every_setting_is_explained_without_a_word_of_files() {
        let calls = Subject::Calls(CallPolicy::default());
        for subject in [server(), balancer(), calls] {
            for row in subject.rows() {
                let told = !row.doc.is_empty() || row.path.ends_with(']');
                assert!(told, "{} is not explained", row.path);
                assert!(!row.doc.contains("null"), "{}: {}", row.path, row.doc);
            }
        }
    }

    #[test]
    fn a_label_is_the_last_step_of_the_path() {
        let label = |path: &str| {
            Row {
                path: path.to_owned(),
                depth: 0,
                value: String::new(),
                entry: Entry::Heading,
                doc: "",
            }
            .label()
        };
        assert_eq!(label("protection.breakers.max_requests"), "Max requests");
        assert_eq!(label("workload"), "Operations");
        assert_eq!(label("workload[0]"), "Operation 1");
        assert_eq!(label("workload[11].demand"), "Demand");
    }

    #[test]
    fn a_bad_value_is_told_in_a_sentence() {
        assert_eq!(
            server().set("cores", "65"),
            Err("this must be 1 to 64; 65 is not".to_owned())
        );
        assert!(server().set("cores", "many").is_err());
        let longer_than_its_interval = balancer().set("health_check.timeout", "3600s");
        assert!(longer_than_its_interval.is_err());
    }

    #[test]
    fn parts_come_and_go() {
        let mut subject = balancer();
        for (path, text) in [
            ("slow_start", "true"),
            ("slow_start", "false"),
            ("protection.hedging", "after"),
            ("protection.hedging.delay", "30ms"),
            ("protection.hedging", "none"),
            ("policy", "maglev"),
            ("health_check", "false"),
        ] {
            let Ok(Some(Action::SetBalancer(name, settings))) = subject.set(path, text) else {
                panic!("“{path}” becomes “{text}”")
            };
            let now = Subject::Balancer(name, Box::new(settings));
            assert_ne!(now, subject, "{path}");
            let rows = now.rows();
            let row = rows.iter().find(|row| row.path == path);
            assert_eq!(row.map(|row| row.value.as_str()), Some(text));
            subject = now;
        }
    }

    /// Every row of every part of every preset takes what it shows, and its other names.
    #[test]
    fn every_row_takes_what_it_shows() {
        for scenario in presets::all() {
            let subjects = scenario.nodes.iter().filter_map(|node| {
                let name = node.name.clone();
                match &node.role {
                    crate::scenario::Role::Lan(it) => Some(Subject::Lan(name, it.clone())),
                    crate::scenario::Role::Balancer(it) => {
                        Some(Subject::Balancer(name, Box::new(it.clone())))
                    }
                    crate::scenario::Role::Server(it) => Some(Subject::Server(name, it.clone())),
                    _ => None,
                }
            });
            let calls = Subject::Calls(scenario.call_policy);
            let workload = Subject::Workload(Workload(scenario.workload.clone()));
            for subject in subjects.chain([calls, workload]) {
                for row in subject.rows() {
                    assert_eq!(subject.set(&row.path, &row.value), Ok(None), "{}", row.path);
                    let Entry::OneOf(names) = &row.entry else {
                        continue;
                    };
                    for name in names.iter().filter(|name| **name != row.value) {
                        let action = subject.set(&row.path, name).expect("it is offered");
                        let mut world = World::new(&scenario).expect("a preset");
                        if let Some(action) = action {
                            let undo = world.apply(&action).expect("it holds");
                            world.apply(&undo).expect("it stood before");
                            assert_eq!(world.scenario(), scenario);
                        }
                    }
                }
            }
        }
    }
}
