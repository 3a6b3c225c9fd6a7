//! A 4-ary heap whose root, once taken, stays a hole until the next push fills it.

use super::Pending;

/// Keys, least first.
#[derive(Debug, Default)]
pub struct Heap {
    keys: Vec<u128>,
    hole: bool,
}

impl Heap {
    fn sift_down(&mut self, key: u128) {
        let heap = &mut self.keys;
        let mut hole = 0;
        loop {
            let first = hole * 4 + 1;
            let least = if let Some(four) = heap.get(first..first + 4) {
                let left = usize::from(four[1] < four[0]);
                let right = 2 + usize::from(four[3] < four[2]);
                first
                    + if four[right] < four[left] {
                        right
                    } else {
                        left
                    }
            } else {
                let Some(least) = (first..heap.len()).min_by_key(|&child| heap[child]) else {
                    break;
                };
                least
            };
            if key <= heap[least] {
                break;
            }
            heap[hole] = heap[least];
            hole = least;
        }
        heap[hole] = key;
    }
}

impl Pending for Heap {
    #[inline]
    fn push(&mut self, key: u128) {
        if self.hole {
            self.hole = false;
            return self.sift_down(key);
        }
        let heap = &mut self.keys;
        heap.push(key);
        let mut place = heap.len() - 1;
        while place > 0 {
            let parent = (place - 1) / 4;
            if heap[parent] <= key {
                break;
            }
            heap[place] = heap[parent];
            place = parent;
        }
        heap[place] = key;
    }

    #[inline]
    fn least(&mut self) -> u128 {
        if self.hole {
            self.hole = false;
            if let Some(last) = self.keys.pop()
                && !self.keys.is_empty()
            {
                self.sift_down(last);
            }
        }
        self.keys.first().copied().unwrap_or(u128::MAX)
    }

    #[inline]
    fn take(&mut self) {
        self.hole = true;
    }
}
