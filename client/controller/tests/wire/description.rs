//! The description of the REST interface, and that the server keeps to it.

use std::collections::BTreeSet;

use chainflix_controller::openapi;
use chainflix_controller::protocol::{ApiError, CellRef, NodeStatus, Overview, PlacementRequest};
use serde_json::Value;

use crate::world::{World, cell};

/// Where the description is committed.
const COMMITTED: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../docs/controller-openapi.json"
);

fn described() -> Value {
    serde_json::from_str(&openapi::json()).unwrap()
}

/// Every operation, as method and path.
fn operations(description: &Value) -> BTreeSet<(String, String)> {
    let paths = description["paths"].as_object().unwrap();
    paths
        .iter()
        .flat_map(|(path, methods)| {
            let methods = methods.as_object().unwrap().keys();
            methods.map(move |method| (method.clone(), path.clone()))
        })
        .collect()
}

#[test]
fn the_committed_description_is_the_one_that_the_types_and_the_table_give() {
    let committed = std::fs::read_to_string(COMMITTED).unwrap();
    assert!(
        committed == openapi::json(),
        "write what the example `openapi` prints to docs/controller-openapi.json"
    );
}

#[test]
fn every_route_of_the_server_is_described_and_nothing_else() {
    let router = include_str!("../../src/server/rest.rs");
    let router = router.split_once("Router::new()").unwrap().1;
    let router = router.split_once(".fallback").unwrap().0;
    let routes: BTreeSet<(String, String)> = router
        .split(".route(")
        .skip(1)
        .flat_map(|route| {
            let path = route
                .split('"')
                .nth(1)
                .filter(|_| !route.contains("NODE_PATH"));
            let path = path.unwrap_or(chainflix_controller::protocol::NODE_PATH);
            ["get", "post", "put", "delete"]
                .into_iter()
                .filter(|method| route.contains(&format!("{method}(")))
                .map(move |method| (method.to_owned(), path.to_owned()))
        })
        .collect();
    assert!(routes.len() > 10, "{routes:?}");
    assert_eq!(routes, operations(&described()));
}

/// Whether a value is as its schema says, as far as types, required and further properties go.
fn fits(value: &Value, schema: &Value, description: &Value) -> bool {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.rsplit('/').next().unwrap();
        return fits(
            value,
            &description["components"]["schemas"][name],
            description,
        );
    }
    if let Some(names) = schema["enum"].as_array() {
        return names.contains(value);
    }
    match schema["type"].as_str() {
        Some("array") => value.as_array().is_some_and(|items| {
            items
                .iter()
                .all(|item| fits(item, &schema["items"], description))
        }),
        Some("object") => value.as_object().is_some_and(|fields| {
            let Some(properties) = schema["properties"].as_object() else {
                return true;
            };
            fields.iter().all(|(name, field)| {
                properties
                    .get(name)
                    .is_some_and(|schema| fits(field, schema, description))
            }) && properties.keys().all(|name| fields.contains_key(name))
        }),
        Some("string") => value.is_string(),
        Some("integer") => value.is_u64(),
        Some("boolean") => value.is_boolean(),
        _ => false,
    }
}

#[tokio::test]
async fn every_operation_answers_as_described() {
    let world = World::new(2).await;
    let _rich = world.node(1, &[]).await;
    let video = world.publish(2).await;
    let cells: Vec<CellRef> = (0..2).map(|index| cell(video, index)).collect();
    let _holder = world.node(2, &cells).await;
    let description = described();
    let mut answered = 0;
    for (method, path) in operations(&description) {
        let address = path
            .replace("{magnet}", &video.to_string())
            .replace("{rendition}/{cell}", "0/1")
            .replace("{provider}", "2");
        let url = world.url(&address);
        let request = match (method.as_str(), path.as_str()) {
            ("get", _) => world.http.get(url),
            ("post", "/v1/placements") => world.http.post(url).json(&PlacementRequest {
                video,
                rendition: 0,
                first: 0,
                count: 2,
            }),
            _ => world.http.post(url),
        };
        let response = request.send().await.unwrap();
        let status = response.status().as_u16().to_string();
        let operation = &description["paths"][&path][&method];
        let expected = &operation["responses"][&status];
        assert!(expected.is_object(), "{method} {path} answered {status}");
        let kind = response.headers()["content-type"].to_str().unwrap();
        let kind = kind.split(';').next().unwrap().to_owned();
        let content = &expected["content"][&kind];
        assert!(content.is_object(), "{method} {path} answered {kind}");
        if kind == "application/json" && path != "/v1/openapi.json" {
            let value: Value = response.json().await.unwrap();
            let schema = &content["schema"];
            assert!(
                fits(&value, schema, &description),
                "{method} {path}: {value}"
            );
        }
        answered += u32::from(status == "200");
    }
    assert!(
        answered >= 11,
        "{answered} of all answered with what was asked for"
    );
}

#[tokio::test]
async fn bad_input_to_any_endpoint_is_refused_in_words_and_changes_nothing() {
    let world = World::new(1).await;
    let video = world.publish(1).await;
    let mut node = world.node(1, &[cell(video, 0)]).await;
    let before: (u16, Vec<Value>) = world.get("/v1/videos").await;
    let zeros = "0".repeat(64);
    let gets = [
        ("/v1/manifests/xyz", 400),
        ("/v1/manifests/%ff", 400),
        (&format!("/v1/manifests/{zeros}"), 404),
        ("/v1/sources/xyz/0/0", 400),
        (&format!("/v1/sources/{video}/256/0"), 400),
        (&format!("/v1/sources/{video}/0/65536"), 400),
        (&format!("/v1/sources/{video}/-1/0"), 400),
        (&format!("/v1/sources/{video}/0/9"), 404),
        (&format!("/v1/sources/{video}/0/0?region=germany"), 400),
        (&format!("/v1/sources/{video}/0/0?symmetric=maybe"), 400),
        ("/v1/nodes/x", 400),
        ("/v1/nodes/4294967296", 400),
        ("/v1/nodes/77", 404),
        ("/v1/videos?after=1", 400),
        ("/v1/videos?after=%ff&after=1", 400),
        ("/v1/videos/x", 400),
        (&format!("/v1/videos/{zeros}"), 404),
        ("/v1/node", 400),
        ("/v1/placements", 405),
        ("/nothing", 404),
    ];
    for (path, status) in gets {
        let (answered, error): (u16, ApiError) = world.get(path).await;
        assert_eq!(answered, status, "{path}: {error:?}");
        assert!(error.message.len() > 10, "{path}: {error:?}");
    }
    let place = |first: u16, count: u16| {
        serde_json::json!({ "video": video, "rendition": 0, "first": first, "count": count })
            .to_string()
    };
    let posts = [
        (String::new(), 400),
        ("[]".to_owned(), 400),
        ("{\"video\": 5}".to_owned(), 400),
        (place(0, 0), 400),
        (place(0, 65), 400),
        (place(0, 2), 404),
        (place(65_535, 64), 400),
        ("[".repeat(100_000), 400),
    ];
    for (body, status) in posts {
        let begin = body.get(..20).unwrap_or(&body).to_owned();
        let request = world.http.post(world.url("/v1/placements")).body(body);
        let request = request.header("content-type", "application/json");
        let response = request.send().await.unwrap();
        assert_eq!(response.status().as_u16(), status, "{begin}");
        let error: ApiError = response.json().await.unwrap();
        assert!(error.message.len() > 10, "{begin}: {error:?}");
    }
    assert_eq!(world.get::<Vec<Value>>("/v1/videos").await, before);
    let (_, overview): (u16, Overview) = world.get("/v1/overview").await;
    assert_eq!(
        overview.coming, 0,
        "no space is promised for what was refused"
    );
    assert!(
        node.next_within(std::time::Duration::from_millis(300))
            .await
            .is_none()
    );
}

#[tokio::test]
async fn the_dashboard_shows_nodes_copies_load_moves_and_what_somebody_should_look_at() {
    let world = World::new(2).await;
    let video = world.publish(1).await;
    let mut holder = world.node(1, &[cell(video, 0)]).await;
    let _empty = world.node(2, &[]).await;
    let page = world.http.get(world.url("/")).send().await.unwrap();
    let policy = page.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
    let page = page.text().await.unwrap();
    for part in ["Alarms", "Nodes", "Moves", "/v1/overview"] {
        assert!(page.contains(part), "{part}");
    }
    let mut overview = Overview::default();
    for _ in 0..100 {
        (_, overview) = world.get("/v1/overview").await;
        if !overview.moves.is_empty() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert_eq!(
        (overview.nodes, overview.videos, overview.short_cells),
        (2, 1, 1)
    );
    assert_eq!(overview.coming, 1, "a copy was ordered of node 2");
    assert!(
        overview.moves[0].words.contains("goes to node 2"),
        "{overview:?}"
    );
    assert!(overview.alarms[0].contains("fewer copies"), "{overview:?}");

    holder
        .say(&chainflix_controller::protocol::FromNode::Leaving { leaving: true })
        .await;
    world
        .until(|nodes| nodes.iter().any(|node| node.leaving))
        .await;
    let (_, node): (u16, NodeStatus) = world.get("/v1/nodes/1").await;
    assert_eq!(node.needed, 1, "nobody else holds the cell yet");
}
