//! Who is called on each frame, and who is woken at each pulse.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

/// A frame.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FrameInfo {
    /// The browser's time of the frame, in milliseconds.
    pub(crate) real_ms: f64,
}

type Painter = Rc<dyn Fn(FrameInfo)>;
type Listener = Rc<dyn Fn(u64)>;

/// Painters are called on each frame; listeners hear of pulses, a few in a frame, so that a frame
/// carries only a part of the page's work.
#[derive(Default)]
pub(super) struct Audience {
    painters: RefCell<Vec<(u64, Painter)>>,
    listeners: RefCell<Vec<(u64, Listener)>>,
    /// Listeners that have yet to hear of the last pulse.
    unheard: RefCell<Vec<u64>>,
    pulse: Cell<u64>,
    next_id: Cell<u64>,
}

/// Keeps a painter or a listener until it is dropped.
pub(crate) struct FrameHandle {
    audience: Weak<Audience>,
    id: u64,
}

impl Drop for FrameHandle {
    fn drop(&mut self) {
        if let Some(audience) = self.audience.upgrade() {
            let others = |id: u64| id != self.id;
            audience.painters.borrow_mut().retain(|(id, _)| others(*id));
            audience
                .listeners
                .borrow_mut()
                .retain(|(id, _)| others(*id));
        }
    }
}

impl Audience {
    /// Calls a painter on each frame until the handle goes.
    pub(super) fn paint_with(self: &Rc<Self>, painter: Painter) -> FrameHandle {
        let handle = self.handle();
        self.painters.borrow_mut().push((handle.id, painter));
        handle
    }

    /// Calls a listener at each pulse until the handle goes.
    pub(super) fn listen_with(self: &Rc<Self>, listener: Listener) -> FrameHandle {
        let handle = self.handle();
        self.listeners.borrow_mut().push((handle.id, listener));
        handle
    }

    /// Lets all paint.
    pub(super) fn paint(&self, frame: FrameInfo) {
        let painters = self.painters.borrow().clone();
        for (_, painter) in painters {
            painter(frame);
        }
    }

    /// Begins a pulse, of which nobody has heard yet.
    pub(super) fn begin_pulse(&self) {
        self.pulse.set(self.pulse.get() + 1);
        let listeners = self.listeners.borrow();
        // From the back: a listener is woken in the order of its coming.
        *self.unheard.borrow_mut() = listeners.iter().rev().map(|(id, _)| *id).collect();
    }

    /// Wakes the next few listeners that have not heard of the last pulse.
    pub(super) fn wake(&self, many: usize) {
        for _ in 0..many {
            let Some(next) = self.unheard.borrow_mut().pop() else {
                break;
            };
            // One that has gone since then is not missed.
            let listeners = self.listeners.borrow();
            let found = listeners.iter().find(|(id, _)| *id == next);
            let listener = found.map(|(_, listener)| Rc::clone(listener));
            drop(listeners);
            if let Some(listener) = listener {
                listener(self.pulse.get());
            }
        }
    }

    fn handle(self: &Rc<Self>) -> FrameHandle {
        let id = self.next_id.get();
        self.next_id.set(id + 1);
        FrameHandle {
            audience: Rc::downgrade(self),
            id,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listeners_are_woken_in_their_order_a_few_at_a_time() {
        let audience = Rc::new(Audience::default());
        let heard = Rc::new(RefCell::new(Vec::new()));
        let mut handles: Vec<FrameHandle> = (0..3)
            .map(|number| {
                let heard = Rc::clone(&heard);
                audience.listen_with(Rc::new(move |pulse| {
                    heard.borrow_mut().push((number, pulse))
                }))
            })
            .collect();
        audience.begin_pulse();
        audience.wake(2);
        assert_eq!(*heard.borrow(), [(0, 1), (1, 1)]);
        // The third goes before it has heard, and another pulse begins.
        handles.pop();
        audience.begin_pulse();
        audience.wake(usize::MAX);
        assert_eq!(*heard.borrow(), [(0, 1), (1, 1), (0, 2), (1, 2)]);
    }

    #[test]
    fn a_listener_may_leave_while_it_listens() {
        let audience = Rc::new(Audience::default());
        let slot: Rc<RefCell<Option<FrameHandle>>> = Rc::default();
        let own = Rc::clone(&slot);
        *slot.borrow_mut() = Some(audience.listen_with(Rc::new(move |_| drop(own.take()))));
        audience.begin_pulse();
        audience.wake(1);
        assert!(audience.listeners.borrow().is_empty());
    }
}
