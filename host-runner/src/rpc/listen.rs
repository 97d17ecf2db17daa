//! The port and the local socket: TLS where there is a certificate, JSON-RPC at `/` and `/rpc`, the explorer's pages at `/`
//! for those who only read, events at `/ws`, metrics and health beside them.

use super::access::Caller;
use super::explorer::{self, Explorer};
use super::server::{Counted, module};
use super::stream;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::service::Service;
use axum::Router;
use axum::body::Body;
use axum::extract::{Query, Request, State, WebSocketUpgrade};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use jsonrpsee::server::middleware::rpc::RpcServiceBuilder;
use jsonrpsee::server::{BatchRequestConfig, Methods, PingConfig, ServerConfig, StopHandle, TowerServiceBuilder};
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tower::Service as _;
use tower_http::cors::{AllowOrigin, Any, CorsLayer};

/// How long a TLS handshake may take, and a request's header.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// Messages of one WebSocket connection that wait to be sent.
const WAITING_MESSAGES: u32 = 256;

/// All that connections share.
#[derive(Clone)]
struct Door {
    service: Arc<Service>,
    methods: Methods,
    explorer: Arc<Explorer>,
    builder: TowerServiceBuilder<tower::layer::util::Identity, tower::layer::util::Identity>,
    stop: StopHandle,
}

/// What listens.
pub struct Listener {
    tcp: TcpListener,
    tls: Option<TlsAcceptor>,
    socket: Option<UnixListener>,
    router: Router,
    stop: StopHandle,
    /// One for each connection that may be open.
    places: Arc<Semaphore>,
}

impl Listener {
    /// Takes the port and the socket.
    ///
    /// # Errors
    /// [`Error::Listen`], [`Error::Config`].
    pub async fn open(config: &Config, service: &Arc<Service>, stop: StopHandle) -> Result<Self> {
        let address = config.text("rpc.listen").unwrap_or_default();
        let cannot = |what: &dyn std::fmt::Display| Error::Listen(format!("rpc.listen {address}: {what}"));
        let tcp = TcpListener::bind(address).await.map_err(|error| cannot(&error))?;
        let local = tcp.local_addr().map_err(|error| cannot(&error))?;
        let tls = tls(config)?;
        if tls.is_none() && !local.ip().is_loopback() {
            tracing::warn!(
                "{local} is reached from outside and speaks no TLS: set rpc.tls_certificate, or put a proxy before it"
            );
        }
        let number = |key| u32::try_from(config.count(key)).unwrap_or(u32::MAX);
        let batches = match number("rpc.batch_max") {
            0 => BatchRequestConfig::Disabled,
            most => BatchRequestConfig::Limit(most),
        };
        let settings = ServerConfig::builder()
            .max_request_body_size(number("rpc.body_bytes_max"))
            .max_response_body_size(number("rpc.answer_bytes_max"))
            .max_connections(number("rpc.connections_max"))
            .max_subscriptions_per_connection(number("rpc.subscriptions_max"))
            .set_batch_request_config(batches)
            .set_message_buffer_capacity(WAITING_MESSAGES)
            .enable_ws_ping(PingConfig::new())
            .build();
        let door = Door {
            service: Arc::clone(service),
            methods: module(service)?.into(),
            explorer: Arc::new(if config.is("rpc.explorer") {
                Explorer::of(explorer::embedded())
            } else {
                Explorer::turned_off()
            }),
            builder: jsonrpsee::server::Server::builder()
                .set_config(settings)
                .to_service_builder(),
            stop: stop.clone(),
        };
        let router = Router::new()
            .route("/metrics", get(metrics))
            .route("/healthz", get(healthz))
            .route("/readyz", get(readyz))
            .route("/ws", get(events))
            .fallback(rpc)
            .with_state(door)
            .layer(cors(config)?);
        Ok(Self {
            tcp,
            tls,
            socket: socket(config)?,
            router,
            stop,
            places: Arc::new(Semaphore::new(
                config.count("rpc.connections_max").min(Semaphore::MAX_PERMITS),
            )),
        })
    }

    /// Where the port is.
    ///
    /// # Errors
    /// [`Error::Listen`].
    pub fn address(&self) -> Result<SocketAddr> {
        self.tcp.local_addr().map_err(|error| Error::Listen(error.to_string()))
    }

    /// Serves until it is stopped, and then ends the connections.
    pub async fn serve(self) {
        let stopped = self.stop.clone().shutdown();
        tokio::pin!(stopped);
        loop {
            let on_socket = async {
                match &self.socket {
                    Some(socket) => socket.accept().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = &mut stopped => return,
                accepted = self.tcp.accept() => match accepted {
                    Ok((stream, from)) => {
                        // An answer is small and waits for nothing.
                        let _ = stream.set_nodelay(true);
                        self.connected(stream, from.ip());
                    }
                    Err(error) => {
                        tracing::warn!("a connection could not be taken: {error}");
                        tokio::time::sleep(Duration::from_millis(50)).await;
                    }
                },
                // Operators get in when nobody else does.
                accepted = on_socket => if let Ok((stream, _)) = accepted {
                    tokio::spawn(connection(stream, None, self.router.clone(), self.stop.clone(), None));
                },
            }
        }
    }

    fn connected(&self, stream: tokio::net::TcpStream, from: IpAddr) {
        // Nothing is said to who comes when all places are taken: it can try again.
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
            tracing::debug!(%from, "all connections are taken");
            return;
        };
        let (router, stop, place) = (self.router.clone(), self.stop.clone(), Some(place));
        match self.tls.clone() {
            None => drop(tokio::spawn(connection(stream, Some(from), router, stop, place))),
            Some(tls) => drop(tokio::spawn(async move {
                match tokio::time::timeout(HANDSHAKE, tls.accept(stream)).await {
                    Ok(Ok(stream)) => connection(stream, Some(from), router, stop, place).await,
                    Ok(Err(error)) => tracing::debug!(%from, "no TLS: {error}"),
                    Err(_) => tracing::debug!(%from, "the TLS handshake took too long"),
                }
            })),
        }
    }
}

/// Serves one connection; its place is free again when it ends, a WebSocket's with the socket.
async fn connection<I>(
    stream: I,
    from: Option<IpAddr>,
    router: Router,
    stop: StopHandle,
    place: Option<OwnedSemaphorePermit>,
) where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let from_whom = From(from, place.map(Arc::new));
    let service = tower::service_fn(move |request: axum::http::Request<hyper::body::Incoming>| {
        let mut router = router.clone();
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(from_whom.clone());
        async move { router.call(request).await }
    });
    let mut builder = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new());
    // Who sends a header byte by byte holds a place for this long and no longer.
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HANDSHAKE);
    let served = builder.serve_connection_with_upgrades(TokioIo::new(stream), TowerToHyperService::new(service));
    tokio::pin!(served);
    let ended = tokio::select! {
        ended = &mut served => ended,
        () = stop.shutdown() => {
            served.as_mut().graceful_shutdown();
            served.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(?from, "a connection ended: {error}");
    }
}

/// From where a request comes; nothing is the local socket.
#[derive(Clone)]
struct From(
    Option<IpAddr>,
    #[allow(
        dead_code,
        reason = "held as long as the connection, or the WebSocket that it became"
    )]
    Option<Arc<OwnedSemaphorePermit>>,
);

/// Who asks.
fn caller(door: &Door, request: &Request) -> Caller {
    let from = request
        .extensions()
        .get::<From>()
        .map_or(Some(IpAddr::from([0, 0, 0, 0])), |from| from.0);
    let authorization = request
        .headers()
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    door.service.access.caller(from, authorization)
}

async fn rpc(State(door): State<Door>, mut request: Request) -> Response {
    if explorer::is_asked(&request) {
        return door
            .explorer
            .answer(request.method(), request.uri().path(), request.headers());
    }
    if !matches!(request.uri().path(), "/" | "/rpc") {
        return (StatusCode::NOT_FOUND, "not found\n").into_response();
    }
    let caller = caller(&door, &request);
    request.extensions_mut().insert(caller);
    let service = Arc::clone(&door.service);
    let limit = HANDSHAKE + service.patience + service.timeout;
    let counted = RpcServiceBuilder::new().layer_fn(move |inner| Counted {
        inner,
        service: Arc::clone(&service),
    });
    let mut rpc = door
        .builder
        .clone()
        .set_rpc_middleware(counted)
        .build(door.methods, door.stop);
    // A body that comes byte by byte, too, must end; what is applied has its own limit below this one.
    match tokio::time::timeout(limit, rpc.call(request)).await {
        Ok(Ok(response)) => response.map(Body::new),
        Ok(Err(error)) => {
            tracing::error!("a request could not be answered: {error}");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
        Err(_) => (StatusCode::REQUEST_TIMEOUT, "the request took too long\n").into_response(),
    }
}

async fn events(
    State(door): State<Door>,
    Query(query): Query<HashMap<String, String>>,
    upgrade: WebSocketUpgrade,
    request: Request,
) -> Response {
    let caller = caller(&door, &request);
    if !super::subscribe::may_follow(&door.service, &caller) {
        return (StatusCode::TOO_MANY_REQUESTS, "too many calls from this address\n").into_response();
    }
    match stream::follower(&door.service, &query) {
        Ok(follower) => upgrade
            .max_message_size(1 << 16)
            .on_upgrade(move |socket| stream::serve(socket, door.service, follower)),
        Err(error) => (
            StatusCode::BAD_REQUEST,
            format!("{}: {}\n", error.code(), error.message()),
        )
            .into_response(),
    }
}

async fn metrics(State(door): State<Door>) -> Response {
    let metrics = &door.service.metrics;
    metrics
        .followers
        .set(i64::try_from(door.service.feed.followers()).unwrap_or(i64::MAX));
    match metrics.text() {
        Ok(text) => {
            let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
            ([(header::CONTENT_TYPE, kind)], text).into_response()
        }
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

/// Whether the process works.
async fn healthz() -> Response {
    (StatusCode::OK, "ok\n").into_response()
}

/// Whether it is worth asking: entries are applied and the chain is followed.
async fn readyz(State(door): State<Door>) -> Response {
    let standing = door.service.inbox.standing();
    let pending = door.service.inbox.waiting.pending();
    // Without a cause, pending writes are those of this moment.
    let pending = match pending {
        0 => String::new(),
        count => format!("; writes pending: {count}"),
    };
    let seals = standing.role == "sequencer";
    match standing.stopped.or(standing.clock_error).or(standing.chain_error) {
        None => match standing.unsettled {
            None if !seals && !pending.is_empty() => {
                let text = format!("ready, but this node cannot seal batches{pending}\n");
                (StatusCode::OK, text).into_response()
            }
            None => (StatusCode::OK, "ready\n").into_response(),
            // Everything else works, and the next block tries again.
            Some(why) => (StatusCode::OK, format!("ready, but {why}\n")).into_response(),
        },
        Some(why) => (StatusCode::SERVICE_UNAVAILABLE, format!("not ready: {why}{pending}\n")).into_response(),
    }
}

fn cors(config: &Config) -> Result<CorsLayer> {
    let origins = config.list("rpc.cors_origins");
    let layer = CorsLayer::new()
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([header::CONTENT_TYPE, header::AUTHORIZATION])
        .max_age(Duration::from_secs(3_600));
    if origins.iter().any(|origin| origin == "*") {
        return Ok(layer.allow_origin(Any));
    }
    let origins = origins.iter().map(|origin| {
        HeaderValue::from_str(origin).map_err(|_| Error::Config(format!("rpc.cors_origins: `{origin}` is no origin")))
    });
    Ok(layer.allow_origin(AllowOrigin::list(origins.collect::<Result<Vec<_>>>()?)))
}

/// TLS 1.3 and 1.2 with the key exchanges of [`crate::net::crypto`], the hybrid first.
fn tls(config: &Config) -> Result<Option<TlsAcceptor>> {
    let (certificate, key) = match (config.path("rpc.tls_certificate"), config.path("rpc.tls_key")) {
        (None, None) => return Ok(None),
        (Some(certificate), Some(key)) => (certificate, key),
        _ => return Err(Error::Config("rpc.tls_certificate and rpc.tls_key go together".into())),
    };
    let at = |path: &Path, error: &dyn std::fmt::Display| Error::Config(format!("{}: {error}", path.display()));
    let chain = CertificateDer::pem_file_iter(&certificate)
        .and_then(Iterator::collect::<std::result::Result<Vec<_>, _>>)
        .map_err(|error| at(&certificate, &error))?;
    if chain.is_empty() {
        return Err(at(&certificate, &"it has no certificate"));
    }
    let secret = PrivateKeyDer::from_pem_file(&key).map_err(|error| at(&key, &error))?;
    let mut server = tokio_rustls::rustls::ServerConfig::builder_with_provider(Arc::new(crate::net::crypto()))
        .with_safe_default_protocol_versions()
        .map_err(|error| at(&certificate, &error))?
        .with_no_client_auth()
        .with_single_cert(chain, secret)
        .map_err(|error| at(&certificate, &error))?;
    server.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Some(TlsAcceptor::from(Arc::new(server))))
}

/// The operators' socket: only its owner can open it.
fn socket(config: &Config) -> Result<Option<UnixListener>> {
    let Some(path) = config.path("rpc.socket") else {
        return Ok(None);
    };
    let cannot = |error: std::io::Error| Error::Listen(format!("rpc.socket {}: {error}", path.display()));
    use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
    if std::fs::symlink_metadata(&path).is_ok_and(|found| !found.file_type().is_socket()) {
        return Err(cannot(std::io::Error::other(
            "there is a file of this name, and it is no socket",
        )));
    }
    // What a node left that was killed. Another one that lives holds the database's lock, so this is not its.
    match std::fs::remove_file(&path) {
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(cannot(error)),
    }
    let socket = UnixListener::bind(&path).map_err(cannot)?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).map_err(cannot)?;
    Ok(Some(socket))
}
