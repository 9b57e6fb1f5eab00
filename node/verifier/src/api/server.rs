//! The API's listener: accepts connections within bounds, and tells every call where it came from.

use std::{
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::{Context as TaskContext, Poll},
    time::Duration,
};

use jsonrpsee::server::{
    BatchRequestConfig, HttpRequest, HttpResponse, Methods, PingConfig, ServerBuilder,
    ServerHandle, StopHandle, TowerService, serve_with_graceful_shutdown, stop_channel,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
};
use tower::{Service, layer::util::Identity};

use super::address::Caller;
use super::calls::Calls;
use super::limits::{ConnectionPlace, GroupLimits};
use super::methods;
use crate::config::Limits;
use crate::context::Context;
use crate::error::StartError;

/// How long accepting waits after it failed, for instance for want of file descriptors.
const ACCEPT_AGAIN: Duration = Duration::from_millis(100);
/// A WebSocket is pinged so often.
const PING_EVERY: Duration = Duration::from_secs(30);
/// A WebSocket that answers no ping for so long is closed.
const SILENT_FOR: Duration = Duration::from_secs(90);

/// Header in which proxies name whom they speak for.
const FORWARDED_FOR: &str = "x-forwarded-for";
/// Status of an answer that sets a WebSocket up.
const SWITCHING_PROTOCOLS: u16 = 101;

/// A running API.
pub(crate) struct ApiServer {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// Names of its methods.
    pub(crate) methods: Vec<&'static str>,
    handle: ServerHandle,
}

impl ApiServer {
    /// Stops it; calls under way are answered.
    pub(crate) async fn stop(self) {
        if self.handle.stop().is_ok() {
            self.handle.stopped().await;
        }
    }
}

/// Binds the API's address.
pub(crate) async fn bind(address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address)
        .await
        .map_err(|source| StartError::Listen { address, source })
}

/// Serves the API on a bound listener.
pub(crate) fn serve(
    context: Arc<Context>,
    groups: Arc<GroupLimits>,
    listener: TcpListener,
) -> Result<ApiServer, StartError> {
    let limits = context.config.limits;
    let listen = context.config.listen;
    let address = listener.local_addr().map_err(|source| StartError::Listen {
        address: listen,
        source,
    })?;
    let calls = Calls::new(Arc::clone(&context), Arc::clone(&groups));
    let methods: Methods = methods::all(calls).map_err(StartError::Api)?.into();
    let names = methods.method_names().collect();
    let (stop, handle) = stop_channel();
    tokio::spawn(accept(
        Acceptor {
            context,
            groups,
            limits,
            methods,
        },
        listener,
        stop,
    ));
    Ok(ApiServer {
        address,
        methods: names,
        handle,
    })
}

struct Acceptor {
    context: Arc<Context>,
    groups: Arc<GroupLimits>,
    limits: Limits,
    methods: Methods,
}

async fn accept(acceptor: Acceptor, listener: TcpListener, stop: StopHandle) {
    let limits = acceptor.limits;
    let places = Arc::new(Semaphore::new(limits.connections));
    // The library's own bound refuses by another code, and counts those that are being refused: it stays out of the way.
    let counted_by_us = limits.subscriptions_per_connection.saturating_mul(4);
    let builder = ServerBuilder::default()
        .max_connections(u32::try_from(limits.connections).unwrap_or(u32::MAX))
        .max_request_body_size(limits.request_bytes)
        .max_response_body_size(limits.response_bytes)
        .max_subscriptions_per_connection(u32::try_from(counted_by_us).unwrap_or(u32::MAX))
        .set_message_buffer_capacity(64)
        .set_batch_request_config(BatchRequestConfig::Disabled)
        .enable_ws_ping(
            PingConfig::new()
                .ping_interval(PING_EVERY)
                .inactive_limit(SILENT_FOR),
        )
        .to_service_builder();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.clone().shutdown() => return,
        };
        let (socket, from) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "the verifier's API could not accept a connection");
                tokio::time::sleep(ACCEPT_AGAIN).await;
                continue;
            }
        };
        let Ok(in_all) = Arc::clone(&places).try_acquire_owned() else {
            // Too many: the connection is closed without a word.
            continue;
        };
        let policy = &acceptor.context.config.addresses;
        let caller = Caller::from(from.ip(), policy);
        let proxy = policy.is_proxy(from.ip()).then(|| Proxy {
            address: from.ip(),
            context: Arc::clone(&acceptor.context),
            groups: Arc::clone(&acceptor.groups),
        });
        // Behind a proxy sit many: whom it speaks for is counted with each request.
        let now_ms = acceptor.context.time.monotonic_ms();
        let in_group = match &proxy {
            Some(_) => None,
            None => match acceptor.groups.connect(caller.group, now_ms) {
                Some(place) => Some(place),
                None => continue,
            },
        };
        let gate = Gate {
            service: builder
                .clone()
                .build(acceptor.methods.clone(), stop.clone()),
            origin: Origin {
                caller,
                subscriptions: subscriptions_of_one(&limits),
                _in_group: Arc::new(in_group),
                _in_all: Arc::new(in_all),
            },
            proxy: proxy.map(Arc::new),
            seen: Arc::default(),
        };
        tokio::spawn(serve_connection(
            socket,
            gate,
            limits.request_time,
            stop.clone(),
        ));
    }
}

/// Serves one connection. One that brings no whole request for a while is closed; a WebSocket leaves this function when
/// it is set up, and is watched by pings from then on.
async fn serve_connection(socket: TcpStream, gate: Gate, request_time: Duration, stop: StopHandle) {
    let seen = Arc::clone(&gate.seen);
    // Small answers leave at once; a socket that refuses the option works without.
    let _ = socket.set_nodelay(true);
    let serving = serve_with_graceful_shutdown(socket, gate, stop.shutdown());
    tokio::pin!(serving);
    loop {
        let before = seen.requests.load(Ordering::Relaxed);
        tokio::select! {
            _ = &mut serving => return,
            () = tokio::time::sleep(request_time) => {
                let is_idle = seen.requests.load(Ordering::Relaxed) == before;
                if is_idle && !seen.upgraded.load(Ordering::Relaxed) {
                    return;
                }
            }
        }
    }
}

/// What a connection has done so far.
#[derive(Default)]
struct Seen {
    requests: AtomicU64,
    upgraded: AtomicBool,
}

/// Where a call came from.
#[derive(Clone)]
pub(super) struct Origin {
    /// Who calls.
    pub(super) caller: Caller,
    /// Places for subscriptions of this connection.
    pub(super) subscriptions: Arc<Semaphore>,
    /// The connection's places; a WebSocket keeps them by keeping the request's extensions.
    _in_group: Arc<Option<ConnectionPlace>>,
    _in_all: Arc<OwnedSemaphorePermit>,
}

/// Places for subscriptions of one connection. Behind a proxy of one request: a WebSocket is one for as long as it lives.
fn subscriptions_of_one(limits: &Limits) -> Arc<Semaphore> {
    Arc::new(Semaphore::new(limits.subscriptions_per_connection))
}

/// A proxy that the operator trusts to say for whom it speaks.
struct Proxy {
    address: IpAddr,
    context: Arc<Context>,
    groups: Arc<GroupLimits>,
}

impl Proxy {
    /// Where a request comes from that came over `connection` with these headers.
    fn origin_of<'h>(&self, connection: &Origin, headers: impl Iterator<Item = &'h str>) -> Origin {
        let policy = &self.context.config.addresses;
        let address = policy.behind(self.address, headers);
        let mut caller = Caller::from(address, policy);
        let now_ms = self.context.time.monotonic_ms();
        let place = self.groups.connect(caller.group, now_ms);
        caller.is_crowded = place.is_none();
        Origin {
            caller,
            subscriptions: subscriptions_of_one(&self.context.config.limits),
            _in_group: Arc::new(place),
            _in_all: Arc::clone(&connection._in_all),
        }
    }
}

type JsonRpc = TowerService<Identity, Identity>;

/// The library's service, with the origin put into every request.
#[derive(Clone)]
struct Gate {
    service: JsonRpc,
    origin: Origin,
    proxy: Option<Arc<Proxy>>,
    seen: Arc<Seen>,
}

impl<B, R> Service<HttpRequest<B>> for Gate
where
    JsonRpc: Service<HttpRequest<B>, Response = HttpResponse<R>>,
    <JsonRpc as Service<HttpRequest<B>>>::Future: Send + 'static,
{
    type Response = HttpResponse<R>;
    type Error = <JsonRpc as Service<HttpRequest<B>>>::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, task: &mut TaskContext<'_>) -> Poll<Result<(), Self::Error>> {
        <JsonRpc as Service<HttpRequest<B>>>::poll_ready(&mut self.service, task)
    }

    fn call(&mut self, mut request: HttpRequest<B>) -> Self::Future {
        let seen = Arc::clone(&self.seen);
        seen.requests.fetch_add(1, Ordering::Relaxed);
        let origin = match &self.proxy {
            None => self.origin.clone(),
            Some(proxy) => {
                let headers = request.headers().get_all(FORWARDED_FOR).iter();
                // What is no text ends what is believed, as any other entry that is no address does.
                let headers = headers.map(|header| header.to_str().unwrap_or_default());
                proxy.origin_of(&self.origin, headers)
            }
        };
        request.extensions_mut().insert(origin);
        let called = self.service.call(request);
        Box::pin(async move {
            let response = called.await?;
            if response.status().as_u16() == SWITCHING_PROTOCOLS {
                seen.upgraded.store(true, Ordering::Relaxed);
            }
            Ok(response)
        })
    }
}
