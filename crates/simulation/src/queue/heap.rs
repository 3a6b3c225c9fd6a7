//! A 4-ary heap of packed keys (LaMarca and Ladner 1996), laid out so that it costs few cache lines.
//!
//! Four children fill one line of 64 bytes and are compared as in a tournament; places that are not
//! used hold [`EMPTY`], so no group is ever partial. Taking the root leaves a hole there: what comes
//! next is usually a push (an event schedules its successor), which then sifts once instead of twice.

/// No key: above all keys.
pub(super) const EMPTY: u128 = u128::MAX;

const ARITY: usize = 4;
/// The root is the last of group 0; its children are group 1, and those of place p are group p - 2.
const ROOT: usize = ARITY - 1;

/// Four keys in one cache line.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
struct Group([u128; ARITY]);

/// Keys, least first. They must differ.
#[derive(Debug, Clone, Default)]
pub(super) struct Heap {
    groups: Vec<Group>,
    /// Keys held, with the hole.
    len: usize,
    /// Whether the root was taken and nothing stands there yet.
    hole: bool,
}

impl Heap {
    /// How many keys it holds.
    pub(super) fn len(&self) -> usize {
        self.len - usize::from(self.hole)
    }

    /// The least key or [`EMPTY`]. The hole is closed first.
    #[inline(always)]
    pub(super) fn least(&mut self) -> u128 {
        if self.hole {
            self.close();
        }
        self.groups.first().map_or(EMPTY, |group| group.0[ROOT])
    }

    /// The least key or [`EMPTY`], without closing the hole: where there is one, the least of the
    /// root's children.
    pub(super) fn peek(&self) -> u128 {
        let least = |group: &Group| group.0.iter().copied().fold(EMPTY, u128::min);
        if self.hole {
            self.groups.get(1).map_or(EMPTY, least)
        } else {
            self.groups.first().map_or(EMPTY, |group| group.0[ROOT])
        }
    }

    /// Takes away what [`Heap::least`] gave last.
    pub(super) fn take_root(&mut self) {
        self.hole = self.len > 0;
    }

    /// Puts a key in.
    #[inline(always)]
    pub(super) fn push(&mut self, key: u128) {
        if self.hole {
            self.hole = false;
            return self.sift_down(key);
        }
        let mut place = ROOT + self.len;
        self.len += 1;
        if place / ARITY == self.groups.len() {
            self.groups.push(Group([EMPTY; ARITY]));
        }
        while place > ROOT {
            let parent = place / ARITY + ROOT - 1;
            let above = self.get(parent);
            if above <= key {
                break;
            }
            self.set(place, above);
            place = parent;
        }
        self.set(place, key);
    }

    /// All keys, in no order.
    pub(super) fn keys(&self) -> impl Iterator<Item = u128> {
        let hole = self.hole.then_some(ROOT);
        let places = ROOT..ROOT + self.len;
        places
            .filter(move |&place| Some(place) != hole)
            .map(|place| self.get(place))
    }

    /// Replaces each key by what a function makes of it, which must keep their order.
    pub(super) fn renumber(&mut self, mut new: impl FnMut(u128) -> u128) {
        let first = ROOT + usize::from(self.hole);
        for place in first..ROOT + self.len {
            let key = self.get(place);
            self.set(place, new(key));
        }
    }

    /// Keeps what a function says, and orders it anew.
    pub(super) fn retain(&mut self, mut keep: impl FnMut(u128) -> bool) {
        let kept: Vec<u128> = self.keys().filter(|&key| keep(key)).collect();
        (self.len, self.hole) = (0, false);
        self.groups.fill(Group([EMPTY; ARITY]));
        for key in kept {
            self.push(key);
        }
    }

    fn close(&mut self) {
        self.hole = false;
        self.len -= 1;
        let last = ROOT + self.len;
        let key = self.get(last);
        self.set(last, EMPTY);
        if self.len > 0 {
            self.sift_down(key);
        }
    }

    fn sift_down(&mut self, key: u128) {
        let mut place = ROOT;
        while let Some(Group(four)) = self.groups.get(place + 1 - ROOT) {
            let left = usize::from(four[1] < four[0]);
            let right = 2 + usize::from(four[3] < four[2]);
            let least = if four[right] < four[left] {
                right
            } else {
                left
            };
            let child = four[least];
            if key <= child {
                break;
            }
            let below = (place + 1 - ROOT) * ARITY + least;
            self.set(place, child);
            place = below;
        }
        self.set(place, key);
    }

    fn get(&self, place: usize) -> u128 {
        self.groups[place / ARITY].0[place % ARITY]
    }

    fn set(&mut self, place: usize, key: u128) {
        self.groups[place / ARITY].0[place % ARITY] = key;
    }
}
