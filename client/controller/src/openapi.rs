//! The description of the REST interface: schemas from the types themselves, operations from one table.
//!
//! `docs/controller-openapi.json` is what [`json`] gives; a test compares the two, and the table with the server.

use serde_json::{Map, Value, json};
use utoipa::OpenApi;

use crate::protocol::{
    ApiError, CellPlacement, EXPIRES_HEADER, ErrorCode, Health, Move, NODE_PATH, NodeStatus,
    Overview, Peer, PlacementRequest, Placements, Popular, SIGNATURE_HEADER, SourcesReply, Upload,
    VideoStatus,
};

#[derive(OpenApi)]
#[openapi(components(schemas(
    ApiError,
    CellPlacement,
    ErrorCode,
    Health,
    Move,
    NodeStatus,
    Overview,
    Peer,
    PlacementRequest,
    Placements,
    Popular,
    SourcesReply,
    Upload,
    VideoStatus
)))]
struct Schemas;

/// One thing that can be asked.
struct Operation {
    method: &'static str,
    path: &'static str,
    id: &'static str,
    summary: &'static str,
    parameters: Vec<Value>,
    body: Option<Value>,
    /// Status and content of the answer.
    answer: (&'static str, Value),
    /// Statuses of refusals besides 429, which all have.
    refusals: &'static [&'static str],
}

/// The description, as JSON with a line end after it.
#[must_use]
pub fn json() -> String {
    let mut schemas = serde_json::to_value(Schemas::openapi()).unwrap_or_default();
    let components = schemas.get_mut("components").map(Value::take);
    let mut paths = Map::new();
    for operation in operations() {
        let path = paths.entry(operation.path).or_insert_with(|| json!({}));
        if let Some(methods) = path.as_object_mut() {
            methods.insert(operation.method.to_owned(), describe(&operation));
        }
    }
    let description = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Chainflix storage controller",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "What publishers, players and dashboards ask a storage controller. Each refusal is an ApiError.",
        },
        "paths": paths,
        "components": components,
    });
    let mut text = serde_json::to_string_pretty(&description).unwrap_or_default();
    text.push('\n');
    text
}

fn describe(operation: &Operation) -> Value {
    let (status, content) = &operation.answer;
    let mut responses = Map::new();
    let mut answer = json!({ "description": "The answer." });
    if let (Some(answer), false) = (answer.as_object_mut(), content.is_null()) {
        answer.insert("content".to_owned(), content.clone());
    }
    responses.insert((*status).to_owned(), answer);
    for status in operation.refusals.iter().chain(&["429"]) {
        let refusal = json!({ "description": "Refused.", "content": of_type("ApiError") });
        responses.insert((*status).to_owned(), refusal);
    }
    let mut described = json!({
        "operationId": operation.id,
        "summary": operation.summary,
        "responses": responses,
    });
    if let Some(described) = described.as_object_mut() {
        if !operation.parameters.is_empty() {
            described.insert("parameters".to_owned(), json!(operation.parameters));
        }
        if let Some(body) = &operation.body {
            let body = json!({ "required": true, "content": body });
            described.insert("requestBody".to_owned(), body);
        }
    }
    described
}

fn of_type(name: &str) -> Value {
    let schema = json!({ "$ref": format!("#/components/schemas/{name}") });
    json!({ "application/json": { "schema": schema } })
}

fn list_of(name: &str) -> Value {
    let items = json!({ "$ref": format!("#/components/schemas/{name}") });
    json!({ "application/json": { "schema": { "type": "array", "items": items } } })
}

fn bytes() -> Value {
    json!({ "application/octet-stream": { "schema": { "type": "string", "format": "binary" } } })
}

fn text(kind: &str) -> Value {
    json!({ kind: { "schema": { "type": "string" } } })
}

fn in_path(name: &str, description: &str, schema: &Value) -> Value {
    json!({ "name": name, "in": "path", "required": true, "description": description, "schema": schema })
}

fn in_query(name: &str, description: &str, schema: &Value) -> Value {
    json!({ "name": name, "in": "query", "required": false, "description": description, "schema": schema })
}

fn in_header(name: &str, description: &str, schema: &Value) -> Value {
    json!({ "name": name, "in": "header", "required": true, "description": description, "schema": schema })
}

fn hash() -> Value {
    json!({ "type": "string", "pattern": "^[0-9a-f]{64}$" })
}

fn number(maximum: u64) -> Value {
    json!({ "type": "integer", "minimum": 0, "maximum": maximum })
}

fn magnet() -> Value {
    in_path("magnet", "The video, in hex.", &hash())
}

fn get(path: &'static str, id: &'static str, summary: &'static str, content: Value) -> Operation {
    Operation {
        method: "get",
        path,
        id,
        summary,
        parameters: Vec::new(),
        body: None,
        answer: ("200", content),
        refusals: &[],
    }
}

fn operations() -> Vec<Operation> {
    let mut all = publishing();
    all.push(Operation {
        parameters: vec![
            magnet(),
            in_path("rendition", "Rendition of the cell.", &number(255)),
            in_path("cell", "Index of the cell.", &number(65_535)),
            in_query(
                "region",
                "The viewer's region, ISO 3166-1 alpha-2.",
                &json!({ "type": "string", "pattern": "^[A-Z]{2}$" }),
            ),
            in_query(
                "symmetric",
                "Whether the viewer is behind an address translation that can't be punched.",
                &json!({ "type": "boolean", "default": false }),
            ),
        ],
        refusals: &["400", "404", "503"],
        ..get(
            "/v1/sources/{magnet}/{rendition}/{cell}",
            "sources",
            "Who serves a cell: a signed choice, for which verifiers issue delivery tokens.",
            of_type("SourcesReply"),
        )
    });
    all.extend(looking());
    all
}

fn publishing() -> Vec<Operation> {
    vec![
        Operation {
            parameters: vec![magnet()],
            refusals: &["400", "404"],
            ..get(
                "/v1/manifests/{magnet}",
                "manifest",
                "The SCALE-encoded manifest of a video.",
                bytes(),
            )
        },
        Operation {
            method: "post",
            parameters: vec![
                magnet(),
                in_header(
                    SIGNATURE_HEADER,
                    "The producer's SCALE-encoded WalletSignature in hex.",
                    &json!({ "type": "string" }),
                ),
                in_header(
                    EXPIRES_HEADER,
                    "Until when the signature is good, ms since the Unix epoch.",
                    &number(u64::MAX),
                ),
            ],
            body: Some(bytes()),
            refusals: &["400", "401", "403", "503"],
            ..get(
                "/v1/manifests/{magnet}",
                "addManifest",
                "Take in the manifest of a new video.",
                of_type("VideoStatus"),
            )
        },
        Operation {
            method: "post",
            body: Some(of_type("PlacementRequest")),
            refusals: &["400", "404", "503"],
            ..get(
                "/v1/placements",
                "placements",
                "Which nodes shall take in a new video's cells.",
                of_type("Placements"),
            )
        },
    ]
}

fn looking() -> Vec<Operation> {
    vec![
        get(
            "/v1/nodes",
            "nodes",
            "All nodes, by index.",
            list_of("NodeStatus"),
        ),
        Operation {
            parameters: vec![in_path(
                "provider",
                "Index of the node on chain.",
                &number(u32::MAX.into()),
            )],
            refusals: &["400", "404"],
            ..get(
                "/v1/nodes/{provider}",
                "node",
                "One node.",
                of_type("NodeStatus"),
            )
        },
        Operation {
            parameters: vec![in_query(
                "after",
                "The last magnet of the page before.",
                &hash(),
            )],
            refusals: &["400"],
            ..get(
                "/v1/videos",
                "videos",
                "A page of at most 100 videos, by magnet.",
                list_of("VideoStatus"),
            )
        },
        Operation {
            parameters: vec![magnet()],
            refusals: &["400", "404"],
            ..get(
                "/v1/videos/{magnet}",
                "video",
                "One video.",
                of_type("VideoStatus"),
            )
        },
        get(
            "/v1/overview",
            "overview",
            "What the dashboard shows.",
            of_type("Overview"),
        ),
        get(
            "/v1/health",
            "health",
            "Whose controller it is, and that it answers.",
            of_type("Health"),
        ),
        get(
            "/v1/openapi.json",
            "description",
            "This description.",
            json!({ "application/json": { "schema": { "type": "object" } } }),
        ),
        get(
            "/metrics",
            "metrics",
            "Figures for Prometheus.",
            text("text/plain"),
        ),
        get(
            "/",
            "dashboard",
            "The dashboard, a page for people.",
            text("text/html"),
        ),
        Operation {
            answer: ("101", Value::Null),
            refusals: &["400"],
            ..get(
                NODE_PATH,
                "connectNode",
                "The WebSocket of storage nodes.",
                Value::Null,
            )
        },
    ]
}
