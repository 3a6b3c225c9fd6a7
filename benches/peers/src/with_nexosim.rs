//! nexosim: one model that schedules events on itself, cancelled by key; one thread.
//!
//! An event at the present time is refused, so what takes no time takes a nanosecond.

use crate::model::{Event, Model as Cluster, Schedule};
use crate::workload::{Contender, Nanos, Tally};
use nexosim::model::{Context, Model, schedulable};
use nexosim::simulation::{EventKey, Mailbox, SimInit, Simulation};
use nexosim::time::MonotonicTime;
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What the model came to, to be seen from outside; locked by one thread, so never waited for.
type Shared = Arc<Mutex<Tally>>;

#[derive(Serialize, Deserialize)]
struct Component {
    #[serde(skip)]
    cluster: Option<Cluster<EventKey>>,
    #[serde(skip)]
    shared: Shared,
}

struct Queue<'a>(&'a Context<Component>);

impl Queue<'_> {
    fn when(delay: Nanos) -> Duration {
        Duration::from_nanos(delay.max(1))
    }
}

impl Schedule for Queue<'_> {
    type Timer = EventKey;
    fn after(&mut self, delay: Nanos, event: Event) {
        let happens = schedulable!(Component::happens);
        // Always in the future, which is all that it asks for.
        let _ = self.0.schedule_event(Self::when(delay), happens, event);
    }
    #[expect(clippy::expect_used, reason = "it asks for a time in the future alone")]
    fn deadline(&mut self, delay: Nanos, event: Event) -> EventKey {
        let happens = schedulable!(Component::happens);
        self.0
            .schedule_keyed_event(Self::when(delay), happens, event)
            .expect("a deadline lies in the future")
    }
    fn cancel(&mut self, timer: EventKey) {
        timer.cancel();
    }
}

#[Model]
impl Component {
    #[nexosim(init)]
    async fn init(&mut self, context: &Context<Self>) {
        if let Some(cluster) = &mut self.cluster {
            Queue(context).after(cluster.first(), Event::Call);
        }
    }

    #[nexosim(schedulable)]
    fn happens(&mut self, event: Event, context: &Context<Self>) {
        if let Some(cluster) = &mut self.cluster {
            let since = context.time().duration_since(MonotonicTime::EPOCH);
            cluster.take(since.as_nanos() as Nanos, event, &mut Queue(context));
            if let Ok(mut shared) = self.shared.lock() {
                *shared = cluster.tally;
            }
        }
    }
}

pub struct Peer {
    simulation: Simulation,
    shared: Shared,
}

impl Peer {
    #[expect(
        clippy::expect_used,
        reason = "a model without connections is always well formed"
    )]
    pub fn new(servers: usize) -> Self {
        let shared = Shared::default();
        let component = Component {
            cluster: Some(Cluster::new(servers)),
            shared: Arc::clone(&shared),
        };
        let simulation = SimInit::with_num_threads(1)
            .add_model(component, Mailbox::new(), "cluster")
            .init(MonotonicTime::EPOCH)
            .expect("one model and no connection");
        Self { simulation, shared }
    }

    fn tally(&self) -> Tally {
        self.shared.lock().map(|it| *it).unwrap_or_default()
    }
}

impl Contender for Peer {
    fn run(&mut self, answered: u64) -> Tally {
        while self.tally().answered < answered && self.simulation.step().is_ok() {}
        self.tally()
    }
}
