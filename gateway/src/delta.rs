//! What differs between the rows of a list and those of the tick before.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;
use serde_json::value::to_raw_value;

use crate::wire::delta::{ColumnDelta, ListDelta};
use crate::wire::gpu::{FleetGpu, GpuList};
use crate::wire::server::{ServerList, ServerRow};

/// A list whose rows are told by what differs.
pub(crate) trait List: Serialize {
    type Row: Row;
    /// The field that has its rows.
    const FIELD: &'static str;

    fn rows(&mut self) -> &mut Vec<Self::Row>;
}

/// A row that is known again by its key.
pub(crate) trait Row: Serialize + PartialEq + Send + Sync + 'static {
    fn key(&self) -> impl Eq + Hash;
}

impl List for ServerList {
    type Row = Arc<ServerRow>;
    const FIELD: &'static str = "servers";

    fn rows(&mut self) -> &mut Vec<Self::Row> {
        &mut self.servers
    }
}

impl Row for Arc<ServerRow> {
    fn key(&self) -> impl Eq + Hash {
        self.id.as_str()
    }
}

impl List for GpuList {
    type Row = FleetGpu;
    const FIELD: &'static str = "gpus";

    fn rows(&mut self) -> &mut Vec<Self::Row> {
        &mut self.gpus
    }
}

impl Row for FleetGpu {
    fn key(&self) -> impl Eq + Hash {
        let gpu = &self.gpu;
        (&self.server, &self.server_name, &gpu.gpu, &gpu.uuid, &gpu.mig_id)
    }
}

/// What makes `now` of the rows before; `list` is the list of now without its rows.
pub(crate) fn delta<L: List>(list: &L, before: &[L::Row], now: &[L::Row]) -> serde_json::Result<ListDelta> {
    let places: HashMap<_, usize> = before.iter().zip(0..).map(|(row, place)| (row.key(), place)).collect();
    let order: Vec<Option<usize>> = now.iter().map(|row| places.get(&row.key()).copied()).collect();
    let mut added = Vec::new();
    let mut changed = BTreeMap::new();
    for (number, (row, place)) in now.iter().zip(&order).enumerate() {
        match place.map(|place| &before[place]) {
            None => added.push(to_raw_value(row)?),
            Some(old) if old == row => {}
            Some(old) => note_changes(number, fields(old)?, fields(row)?, &mut changed),
        }
    }
    for column in changed.values_mut().filter(|column| column.values.len() == now.len()) {
        column.rows = None;
    }
    let is_as_before = before.len() == now.len() && order.iter().zip(0..).all(|(place, number)| *place == Some(number));
    let order = (!is_as_before).then_some(order);
    Ok(ListDelta { list: to_raw_value(list)?, field: L::FIELD, order, added, changed })
}

fn fields(row: &impl Serialize) -> serde_json::Result<serde_json::Map<String, Value>> {
    serde_json::from_value(serde_json::to_value(row)?)
}

/// Every row of a kind has the same fields.
fn note_changes(
    number: usize,
    old: serde_json::Map<String, Value>,
    new: serde_json::Map<String, Value>,
    changed: &mut BTreeMap<String, ColumnDelta>,
) {
    for (name, value) in new {
        if old.get(&name) != Some(&value) {
            let column = changed.entry(name).or_default();
            column.rows.get_or_insert_default().push(number);
            column.values.push(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Clone, Debug, PartialEq, Serialize)]
    struct Fruit {
        id: u64,
        weight: Option<f64>,
        colour: &'static str,
    }

    #[derive(Serialize)]
    struct Fruits {
        at: f64,
        fruits: Vec<Fruit>,
    }

    impl List for Fruits {
        type Row = Fruit;
        const FIELD: &'static str = "fruits";

        fn rows(&mut self) -> &mut Vec<Fruit> {
            &mut self.fruits
        }
    }

    impl Row for Fruit {
        fn key(&self) -> impl Eq + Hash {
            self.id
        }
    }

    fn fruit(id: u64, weight: f64, colour: &'static str) -> Fruit {
        Fruit { id, weight: (weight > 0.0).then_some(weight), colour }
    }

    fn told(before: &[Fruit], now: &[Fruit]) -> Value {
        serde_json::to_value(delta(&Fruits { at: 2.0, fruits: Vec::new() }, before, now).unwrap()).unwrap()
    }

    #[test]
    fn what_stays_is_not_told() {
        let before = [fruit(1, 10.0, "red"), fruit(2, 20.0, "green"), fruit(3, 30.0, "red")];
        let mut now = before.clone();
        let list = json!({"at": 2.0, "fruits": []});
        let nothing = json!({"list": list, "field": "fruits", "order": null, "added": [], "changed": {}});
        assert_eq!(told(&before, &now), nothing);
        now[1].weight = None;
        let column = json!({"weight": {"rows": [1], "values": [null]}});
        assert_eq!(told(&before, &now)["changed"], column);
        for row in &mut now {
            row.colour = "brown";
        }
        let all = json!({"rows": null, "values": ["brown", "brown", "brown"]});
        assert_eq!(told(&before, &now)["changed"], json!({"weight": column["weight"], "colour": all}));
    }

    #[test]
    fn rows_move_come_and_go() {
        let before = [fruit(1, 10.0, "red"), fruit(2, 20.0, "green"), fruit(3, 30.0, "red")];
        let now = [fruit(4, 40.0, "blue"), fruit(3, 30.0, "green"), fruit(1, 10.0, "red")];
        let delta = told(&before, &now);
        assert_eq!(delta["order"], json!([null, 2, 0]));
        assert_eq!(delta["added"], json!([now[0]]));
        assert_eq!(delta["changed"], json!({"colour": {"rows": [1], "values": ["green"]}}));
        assert_eq!(told(&before, &before[..2])["order"], json!([0, 1]), "what is no longer there is told by the order");
        assert_eq!(told(&[], &now)["added"].as_array().unwrap().len(), 3);
        assert_eq!(told(&now, &[])["order"], json!([]));
    }
}
