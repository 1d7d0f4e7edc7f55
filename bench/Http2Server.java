import io.vertx.core.AbstractVerticle;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerResponse;
import java.util.Arrays;

/** Vert.x alone, without anything of ours: a server on a port of loopback that answers with a stream, as ours does while it reads its log. */
public class Http2Server extends AbstractVerticle {
    private static final int PARTS = 40;
    private static final int BYTES = 4096;
    private static final int PARTS_AT_ONCE = 4;

    private final int port;

    private Http2Server(int port) {
        this.port = port;
    }

    public static void main(String[] arguments) {
        Vertx.vertx().deployVerticle(new Http2Server(Integer.parseInt(arguments[0])));
    }

    @Override
    public void start() {
        vertx.createHttpServer(new HttpServerOptions().setHost("127.0.0.1").setPort(port))
                .requestHandler(request -> later(() -> send(request.response().setChunked(true), 0)))
                .listen();
    }

    private void later(Runnable next) {
        vertx.executeBlocking(() -> null, false).onComplete(done -> next.run());
    }

    private void send(HttpServerResponse response, int part) {
        if (part == PARTS) {
            response.end();
            return;
        }
        byte[] bytes = new byte[BYTES];
        Arrays.fill(bytes, (byte) ('a' + part % 26));
        response.write(Buffer.buffer(bytes)).onSuccess(sent -> {
            if (part % PARTS_AT_ONCE == 0) {
                later(() -> send(response, part + 1));
            } else {
                send(response, part + 1);
            }
        });
    }
}
