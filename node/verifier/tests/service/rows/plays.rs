//! Plays of settled view blocks, as controllers read them.

use chainflix_primitives::{
    AccountId, Round, Signature64,
    hash::Hash32,
    plays::{CellPlays, PlaysPage, PlaysRequest, SignedPlaysRequest},
};
use codec::{Decode, Encode};
use ed25519_zebra::{SigningKey, VerificationKeyBytes};
use jsonrpsee::{
    core::{ClientError, client::ClientT},
    rpc_params,
};

use crate::chain::GENESIS;
use crate::net::Net;
use crate::viewer::Viewer;

/// A request of the registered controller that is good for half a minute.
pub(super) fn request(net: &Net, node: usize, (round, root): (Round, Hash32)) -> PlaysRequest {
    PlaysRequest {
        genesis: GENESIS,
        controller: VerificationKeyBytes::from(&net.controller).into(),
        verifier: net.nodes[node].account,
        round,
        root,
        first: 0,
        expires_ms: net.now_ms() + 30_000,
    }
}

/// A request with the signature of `key`, in hex.
pub(super) fn signed(request: PlaysRequest, key: &SigningKey) -> String {
    let signature = Signature64(key.sign(&request.signing_payload()).to_bytes());
    hex::encode(SignedPlaysRequest { request, signature }.encode())
}

/// Approved view blocks with views: round, root, number of views.
pub(super) fn paid_blocks(net: &Net) -> Vec<(Round, Hash32, u32)> {
    net.chain.read(|state| {
        let rounds = state.settled.iter();
        rounds
            .flat_map(|settled| {
                settled
                    .blocks
                    .iter()
                    .map(move |block| (settled.round, block))
            })
            .filter(|(_, block)| block.approved && block.count > 0)
            .map(|(round, block)| (round, block.root, block.count))
            .collect()
    })
}

/// The answer of a node, or the code of its refusal.
async fn ask(
    net: &Net,
    node: usize,
    request: PlaysRequest,
    key: &SigningKey,
) -> Result<PlaysPage, i32> {
    let signed = signed(request, key);
    let client = net.client(node).await;
    let answer: Result<String, ClientError> =
        client.request("verifier_plays", rpc_params![signed]).await;
    match answer {
        Ok(text) => {
            let bytes = hex::decode(text).expect("hex");
            Ok(PlaysPage::decode(&mut bytes.as_slice()).expect("SCALE"))
        }
        Err(ClientError::Call(error)) => Err(error.code()),
        Err(other) => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn registered_controllers_and_nobody_else_are_told_how_often_cells_of_settled_blocks_were_played()
 {
    let mut net = Net::start(4).await;
    let video = net.publish(1, 120_000);
    net.watch(&Viewer::new(9), &video, 0).await;
    net.watch(&Viewer::new(9), &video, 1).await;
    net.pass_rounds(10).await;
    let blocks = paid_blocks(&net);
    let mut minutes = Vec::new();
    for (round, root, count) in &blocks {
        let mut told = Vec::new();
        for node in 0..4 {
            let request = request(&net, node, (*round, *root));
            told.push(ask(&net, node, request, &net.controller).await.unwrap());
        }
        assert!(told.windows(2).all(|pair| pair[0] == pair[1]), "all agree");
        let plays: u32 = told[0].cells.iter().map(|cell| cell.plays).sum();
        assert_eq!(plays, *count, "as many as stand on chain");
        minutes.extend(told.swap_remove(0).cells);
    }
    minutes.sort_by_key(|cell| cell.minute);
    let played = |minute| CellPlays {
        video: video.magnet,
        rendition: 0,
        minute,
        plays: 1,
    };
    assert_eq!(minutes, [played(0), played(1)]);

    let (round, root, _) = blocks[0];
    let whole = request(&net, 0, (round, root));
    let beyond = PlaysRequest {
        first: 1,
        ..whole.clone()
    };
    let page = ask(&net, 0, beyond, &net.controller).await.unwrap();
    assert_eq!((page.total, page.cells.len()), (1, 0));

    let refused = Err(903);
    let stranger = SigningKey::from([0xcc; 32]);
    assert_eq!(ask(&net, 0, whole.clone(), &stranger).await, refused);
    let own_name = PlaysRequest {
        controller: VerificationKeyBytes::from(&stranger).into(),
        ..whole.clone()
    };
    assert_eq!(ask(&net, 0, own_name, &stranger).await, refused);
    let changes: [fn(&mut PlaysRequest); 6] = [
        |request| request.genesis = [1; 32],
        |request| request.verifier = AccountId([2; 32]),
        |request| request.round += 1,
        |request| request.root = [3; 32],
        |request| request.expires_ms -= 30_000,
        |request| request.expires_ms += 3_600_000,
    ];
    for (place, change) in changes.into_iter().enumerate() {
        let mut changed = whole.clone();
        change(&mut changed);
        let answer = ask(&net, 0, changed, &net.controller).await;
        assert_eq!(answer, refused, "change {place}");
    }
}
