import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Arrays;

/** Asks for a stream over HTTP/2, each time on a new connection: {@code Http2Client URL TIMES}. It prints how many answers are as over HTTP/1.1. */
class Http2Client {
    public static void main(String[] arguments) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(arguments[0]))
                .header("Accept", "application/x-ndjson")
                .build();
        byte[] right = ask(HttpClient.Version.HTTP_1_1, request).body();
        int same = 0;
        for (int i = 0; i < Integer.parseInt(arguments[1]); i++) {
            try {
                HttpResponse<byte[]> answer = ask(HttpClient.Version.HTTP_2, request);
                if (answer.version() != HttpClient.Version.HTTP_2) {
                    throw new IllegalStateException("the service does not speak HTTP/2");
                }
                same += Arrays.equals(answer.body(), right) ? 1 : 0;
            } catch (java.io.IOException e) {
                // not the same
            }
        }
        System.out.println(same);
    }

    private static HttpResponse<byte[]> ask(HttpClient.Version version, HttpRequest request) throws Exception {
        try (HttpClient client = HttpClient.newBuilder().version(version).build()) {
            return client.send(request, HttpResponse.BodyHandlers.ofByteArray());
        }
    }
}
