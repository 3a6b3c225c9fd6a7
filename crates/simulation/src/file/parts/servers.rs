//! Servers, and who waits there how.

use super::{kinds_part, record_part};
use crate::file::form::{Form, count, duration, judged, percent, plain};
use crate::scenario::ServerSpec;
use crate::time::MILLISECOND;
use balancer::protection::{ConcurrencyLimit, Criticality, Discipline};
use rpc::procedure::Procedure;

/// What matters how much.
type Ranked = (Procedure, Criticality);

record_part!(ServerSpec, "Server", ServerSpec::default(), server);
record_part!(
    Ranked,
    "Criticality",
    (Procedure::Echo, Criticality::Critical),
    ranked
);
kinds_part!(
    Discipline,
    "Discipline",
    "kind",
    true,
    names,
    kind,
    make,
    discipline
);
kinds_part!(
    ConcurrencyLimit,
    "ConcurrencyLimit",
    "kind",
    false,
    limit_names,
    limit_kind,
    limit_make,
    limit
);

/// A server's settings.
pub(super) fn server(it: &mut ServerSpec, form: &mut dyn Form) {
    it.cores = count(form, "cores", "Calls served at once.", (1, 64), it.cores);
    it.speed = plain(
        form,
        "speed",
        "How fast a core works: 0.1 is ten times slower than demands are written.",
        (0.001, 1_000.0),
        it.speed,
    );
    it.queue_limit = count(
        form,
        "queue_limit",
        "Calls that may wait, or share the cores; one more is shed.",
        (0, 100_000),
        it.queue_limit,
    );
    it.weight = count(
        form,
        "weight",
        "The weight that balancers give it.",
        (1, 256),
        it.weight,
    );
    let text = "Its priority at balancers: 0 is served first, others are backups.";
    it.priority = count(form, "priority", text, (0, 255), it.priority.into()) as u8;
    form.part(
        "discipline",
        "Which of those that wait is served next.",
        &mut it.discipline,
    );
    form.list(
        "criticality",
        "What is shed from a full queue later or first.",
        &mut it.criticality,
    );
    form.maybe(
        "concurrency",
        "How many calls it has at once before it sheds; null is no bound but the queue's.",
        &mut it.concurrency,
    );
    it.drops_expired = form.flag(
        "drops_expired",
        "Whether it drops a call whose deadline has passed when its turn comes.",
        it.drops_expired,
    );
}

fn ranked(it: &mut Ranked, form: &mut dyn Form) {
    it.0 = super::calls::procedure(form, it.0);
    let names = ["sheddable", "sheddable-plus", "critical", "critical-plus"];
    let which = form.choice("level", "How much it matters.", true, &names, it.1 as usize);
    it.1 = match which {
        0 => Criticality::Sheddable,
        1 => Criticality::SheddablePlus,
        2 => Criticality::Critical,
        _ => Criticality::CriticalPlus,
    };
}

fn names() -> Vec<&'static str> {
    vec!["fifo", "lifo", "controlled-delay", "processor-sharing"]
}

fn kind(it: &Discipline) -> usize {
    match it {
        Discipline::Fifo => 0,
        Discipline::Lifo => 1,
        Discipline::ControlledDelay { .. } => 2,
        Discipline::Shared => 3,
    }
}

fn make(kind: usize) -> Discipline {
    match kind {
        0 => Discipline::Fifo,
        1 => Discipline::Lifo,
        2 => Discipline::CONTROLLED_DELAY,
        _ => Discipline::Shared,
    }
}

fn discipline(it: &mut Discipline, form: &mut dyn Form) {
    if let Discipline::ControlledDelay { target, interval } = it {
        *target = duration(
            form,
            "target",
            "How long one may wait in a standing line.",
            1,
            *target,
        );
        let text = "How long one may wait otherwise, and how long a line stands before it counts as standing.";
        *interval = duration(form, "interval", text, 1, *interval);
    }
    let verdict = match *it {
        Discipline::ControlledDelay { target, interval } if interval < target => {
            Err("“interval” must be at least as long as “target”".to_owned())
        }
        _ => judged(it.validate()),
    };
    form.holds(verdict);
}

fn limit_names() -> Vec<&'static str> {
    vec!["fixed", "adaptive"]
}

fn limit_kind(it: &ConcurrencyLimit) -> usize {
    usize::from(matches!(it, ConcurrencyLimit::Adaptive { .. }))
}

fn limit_make(kind: usize) -> ConcurrencyLimit {
    match kind {
        0 => ConcurrencyLimit::Fixed(10),
        _ => ConcurrencyLimit::Adaptive {
            least: 1,
            most: 100,
            slow: 100 * MILLISECOND,
            ratio: 90,
        },
    }
}

fn limit(it: &mut ConcurrencyLimit, form: &mut dyn Form) {
    let range = (1, 1_000_000);
    match it {
        ConcurrencyLimit::Fixed(limit) => {
            *limit = count(form, "limit", "Always so many.", range, *limit);
        }
        ConcurrencyLimit::Adaptive {
            least,
            most,
            slow,
            ratio,
        } => {
            *least = count(form, "least", "Never fewer.", range, *least);
            *most = count(form, "most", "Never more.", range, *most);
            *slow = duration(
                form,
                "slow",
                "A call that takes longer lowers the limit.",
                1,
                *slow,
            );
            *ratio = percent(form, "ratio", "What it is lowered to.", (1, 99), *ratio);
        }
    }
    form.holds(judged(it.validate()));
}
