//! Places for whoever comes: so many in all, so many for one network. When they are taken, whoever has been idle
//! longest makes room, so that strangers who only wait keep nobody out.

use signin::network::Network;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// A bounded number of places.
pub struct Places {
    most: usize,
    most_from_one: usize,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    seats: HashMap<u64, Seat>,
    networks: HashMap<Network, Neighbours>,
    /// Idle seats by the turn in which they became so.
    idle: BTreeMap<u64, u64>,
    /// The next name of a seat, and the next turn.
    next: u64,
}

struct Seat {
    network: Option<Network>,
    idle: Option<u64>,
    gone: Arc<Notify>,
}

#[derive(Default)]
struct Neighbours {
    seats: usize,
    /// Turns, as in [`Taken::idle`].
    idle: BTreeSet<u64>,
}

/// A place, until it is dropped or lost. Idle at first.
pub struct Place {
    places: Arc<Places>,
    id: u64,
    gone: Arc<Notify>,
}

impl Places {
    /// So many in all, and so many for one network.
    pub fn new(most: usize, most_from_one: usize) -> Arc<Self> {
        Arc::new(Self { most, most_from_one, taken: Mutex::default() })
    }

    /// A place for somebody from `network`; without one, only the number in all counts. `None` when all are taken by
    /// whoever is not idle.
    pub fn take(self: &Arc<Self>, network: Option<Network>) -> Option<Place> {
        let mut taken = self.lock();
        if let Some(neighbours) = network.and_then(|network| taken.networks.get(&network))
            && neighbours.seats >= self.most_from_one
        {
            let turn = *neighbours.idle.first()?;
            taken.make_room(turn);
        }
        if taken.seats.len() >= self.most {
            let turn = *taken.idle.first_key_value()?.0;
            taken.make_room(turn);
        }
        let (id, gone) = (taken.name(), Arc::new(Notify::new()));
        taken.seats.insert(id, Seat { network, idle: None, gone: Arc::clone(&gone) });
        if let Some(network) = network {
            taken.networks.entry(network).or_default().seats += 1;
        }
        taken.idle(id);
        drop(taken);
        Some(Place { places: Arc::clone(self), id, gone })
    }

    /// How many are taken.
    pub fn taken(&self) -> usize {
        self.lock().seats.len()
    }

    /// Nothing that is done under this lock can stop half-way.
    fn lock(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Taken {
    fn name(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    fn make_room(&mut self, turn: u64) {
        if let Some(seat) = self.idle.get(&turn).copied().and_then(|id| self.leave(id)) {
            seat.gone.notify_one();
        }
    }

    fn leave(&mut self, id: u64) -> Option<Seat> {
        self.busy(id);
        let seat = self.seats.remove(&id)?;
        if let Some(network) = seat.network
            && let Some(neighbours) = self.networks.get_mut(&network)
        {
            neighbours.seats -= 1;
            if neighbours.seats == 0 {
                self.networks.remove(&network);
            }
        }
        Some(seat)
    }

    fn busy(&mut self, id: u64) {
        let Some(seat) = self.seats.get_mut(&id) else { return };
        let Some(turn) = seat.idle.take() else { return };
        self.idle.remove(&turn);
        if let Some(neighbours) = seat.network.and_then(|network| self.networks.get_mut(&network)) {
            neighbours.idle.remove(&turn);
        }
    }

    fn idle(&mut self, id: u64) {
        self.busy(id);
        let turn = self.name();
        let Some(seat) = self.seats.get_mut(&id) else { return };
        seat.idle = Some(turn);
        self.idle.insert(turn, id);
        if let Some(neighbours) = seat.network.and_then(|network| self.networks.get_mut(&network)) {
            neighbours.idle.insert(turn);
        }
    }
}

impl Place {
    /// It waits for something from now on: it may be taken away.
    pub fn idle(&self) {
        self.places.lock().idle(self.id);
    }

    /// It is being served: nobody takes it away.
    pub fn busy(&self) {
        self.places.lock().busy(self.id);
    }

    /// Ends when somebody else has got it.
    pub async fn lost(&self) {
        self.gone.notified().await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.places.lock().leave(self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt as _;
    use signin::network::neighbourhood;

    fn at(address: &str) -> Option<Network> {
        Some(neighbourhood(address.parse().unwrap()))
    }

    fn is_lost(place: &Place) -> bool {
        place.lost().now_or_never().is_some()
    }

    #[test]
    fn whoever_is_idle_longest_makes_room() {
        let places = Places::new(3, 3);
        let all: Vec<Place> = (0..3).map(|_| places.take(None).unwrap()).collect();
        all[0].busy();
        all[1].busy();
        all[1].idle();
        let fourth = places.take(None).unwrap();
        assert_eq!(all.iter().map(is_lost).collect::<Vec<_>>(), [false, false, true]);
        let _fifth = places.take(None).unwrap();
        assert!(is_lost(&all[1]), "idle for a shorter time than the third, and longer than the fourth");
        assert!(!is_lost(&fourth));
        assert_eq!(places.taken(), 3);
        drop(all);
        assert_eq!(places.taken(), 2, "a place that was lost is not given back twice");
    }

    #[test]
    fn whoever_is_served_keeps_the_place() {
        let places = Places::new(2, 2);
        let all: Vec<Place> = (0..2).map(|_| places.take(None).unwrap()).collect();
        all.iter().for_each(Place::busy);
        assert!(places.take(None).is_none());
        all[1].idle();
        assert!(places.take(None).is_some());
    }

    #[test]
    fn a_network_crowds_out_itself_alone() {
        let places = Places::new(10, 2);
        let other = places.take(at("198.51.100.1")).unwrap();
        let first = places.take(at("192.0.2.1")).unwrap();
        let second = places.take(at("192.0.2.2")).unwrap();
        let third = places.take(at("192.0.2.200")).unwrap();
        assert_eq!([&other, &first, &second, &third].map(is_lost), [false, true, false, false]);
        second.busy();
        third.busy();
        assert!(places.take(at("192.0.2.3")).is_none());
        assert!(places.take(at("198.51.100.2")).is_some());
        assert!(places.take(None).is_some(), "a proxy is not bound by a network");
        drop((first, second, third, other));
        assert_eq!(places.lock().networks.len(), 0, "nothing is kept");
        assert_eq!(places.lock().idle.len(), 0);
    }
}
