package dev.tenth.app.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** HTTP/2 over TLS, as browsers speak it, and none without. */
@QuarkusTest
@TestProfile(Http2Test.Tls.class)
class Http2Test {
    private static final String RUNS = "/api/v1/runs";
    private static final String PASSWORD = "password";
    private static final long PATIENCE_SECONDS = 60;

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient client = vertx.createHttpClient(new HttpClientOptions()
            .setSsl(true)
            .setUseAlpn(true)
            .setTrustAll(true)
            .setVerifyHost(false)
            .setProtocolVersion(HttpVersion.HTTP_2));

    @TestHTTPResource(tls = true)
    URI service;

    @TestHTTPResource
    URI clearText;

    public static class Tls implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "quarkus.http.test-ssl-port",
                    "0",
                    "quarkus.http.ssl.certificate.key-store-file",
                    keyStore().toString(),
                    "quarkus.http.ssl.certificate.key-store-password",
                    PASSWORD);
        }

        private static Path keyStore() {
            try {
                Path file = Files.createTempDirectory("tenth").resolve("keys.p12");
                Process keytool = new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "keytool")
                                        .toString(),
                                "-genkeypair",
                                "-alias",
                                "tenth",
                                "-keyalg",
                                "EC",
                                "-storetype",
                                "PKCS12",
                                "-keystore",
                                file.toString(),
                                "-storepass",
                                PASSWORD,
                                "-dname",
                                "CN=localhost")
                        .inheritIO()
                        .start();
                assertThat(keytool.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
                assertThat(keytool.exitValue()).isZero();
                return file;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** What came back. */
    private record Answer(int status, HttpVersion version, String body) {}

    @AfterEach
    void close() {
        vertx.close();
    }

    private Answer ask(
            HttpMethod method, String authority, Function<HttpClientRequest, Future<HttpClientResponse>> send)
            throws Exception {
        RequestOptions options = new RequestOptions()
                .setServer(SocketAddress.inetSocketAddress(service.getPort(), "localhost"))
                .setHost(authority)
                .setPort(service.getPort())
                .setMethod(method)
                .setURI(RUNS);
        return client.request(options)
                .compose(send)
                .compose(response -> response.body()
                        .map(body -> new Answer(response.statusCode(), response.version(), body.toString())))
                .toCompletionStage()
                .toCompletableFuture()
                .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    @Test
    void theAuthorityStandsForTheHost() throws Exception {
        Answer ours = ask(HttpMethod.GET, "localhost", HttpClientRequest::send);
        assertThat(ours.status()).as(ours.body()).isEqualTo(200);
        assertThat(ours.version()).isEqualTo(HttpVersion.HTTP_2);
        assertThat(ask(HttpMethod.GET, "127.0.0.1", HttpClientRequest::send).status())
                .isEqualTo(200);
        Answer foreign = ask(HttpMethod.GET, "evil.example", HttpClientRequest::send);
        assertThat(foreign.status()).isEqualTo(403);
        assertThat(foreign.body()).contains("evil.example", "is not a name of this machine");
    }

    @Test
    void aPageOfAnotherSiteIsRefused() throws Exception {
        for (String origin : List.of("https://evil.example", "https://localhost:1")) {
            assertThat(ask(HttpMethod.POST, "localhost", request -> request.putHeader("Origin", origin)
                                    .send("{}"))
                            .status())
                    .isEqualTo(403);
        }
        String own = "https://localhost:" + service.getPort();
        assertThat(ask(HttpMethod.POST, "localhost", request -> request.putHeader("Origin", own)
                                .putHeader("Content-Type", "application/json")
                                .send("{}"))
                        .status())
                .isEqualTo(422);
    }

    /** HTTP/2 need not tell a body's length. */
    @Test
    void aBodyWithoutALengthIsRead() throws Exception {
        Answer answer = ask(HttpMethod.POST, "localhost", request -> {
            request.setChunked(true).putHeader("Content-Type", "application/json");
            Future<HttpClientResponse> response = request.response();
            request.write(Buffer.buffer("{\"recipe\":"));
            request.end(Buffer.buffer("\"nothing\"}"));
            return response;
        });
        assertThat(answer.status()).as(answer.body()).isEqualTo(422);
        assertThat(answer.body()).contains("No such recipe");
    }

    @Test
    void withoutTlsThereIsHttp1Alone() throws Exception {
        try (java.net.http.HttpClient upgrading = java.net.http.HttpClient.newBuilder()
                .version(java.net.http.HttpClient.Version.HTTP_2)
                .build()) {
            HttpResponse<String> answer = upgrading.send(
                    HttpRequest.newBuilder(clearText.resolve(RUNS)).build(), HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.version()).isEqualTo(java.net.http.HttpClient.Version.HTTP_1_1);
        }
    }
}
