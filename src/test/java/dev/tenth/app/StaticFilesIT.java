package dev.tenth.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The dashboard's files as the packaged service gives them: how long they are kept, compressed, and only to those who may. */
class StaticFilesIT {
    private static final Pattern ASSET = Pattern.compile("\"(/assets/[^\"]+\\.js)\"");

    @TempDir
    Path directory;

    @Test
    void pagesAreAskedForAgainAndAssetsAreKept() throws Exception {
        try (ServiceProcess service = new ServiceProcess(directory.resolve("home"), directory.resolve("log.txt"))) {
            service.start();
            HttpResponse<String> shell = get(service, "/");
            Matcher asset = ASSET.matcher(shell.body());
            assertThat(asset.find()).as(shell.body()).isTrue();
            for (String page : new String[] {"/", "/index.html", "/runs", "/runs/x", "/recipes/gan-1d", "/datasets"}) {
                HttpResponse<String> answer = get(service, page);
                assertThat(answer.body()).as(page).isEqualTo(shell.body());
                assertThat(answer.headers().firstValue("Cache-Control"))
                        .as(page)
                        .hasValue("no-cache");
                String modified = answer.headers().firstValue("Last-Modified").orElseThrow();
                HttpResponse<String> again = get(service, page, "If-Modified-Since", modified);
                assertThat(again.statusCode()).as(page).isEqualTo(304);
                assertThat(again.headers().firstValue("Cache-Control")).as(page).hasValue("no-cache");
            }
            HttpResponse<String> kept = get(service, asset.group(1), "Accept-Encoding", "gzip");
            assertThat(kept.headers().firstValue("Cache-Control")).hasValue("public, max-age=31536000, immutable");
            assertThat(kept.headers().firstValue("Content-Encoding")).hasValue("gzip");
            HttpResponse<String> gone = get(service, "/assets/of-an-older-version.js");
            assertThat(gone.headers().firstValue("Cache-Control").orElse("")).doesNotContain("immutable");
        }
    }

    @Test
    void withATokenNoFileIsOpen() throws Exception {
        try (ServiceProcess service = new ServiceProcess(
                directory.resolve("home"), directory.resolve("log.txt"), Map.of("TENTH_TOKEN", "right"))) {
            service.start();
            for (String path : new String[] {
                "/",
                "/index.html",
                "/runs/x",
                "/q/health/live;x%2f..%2f..%2f..%2findex.html",
                "/q/health%2f..%2f..%2findex.html",
                "/q/health/..%5c..%5cindex.html",
                "/v2/health/live/../../../index.html"
            }) {
                HttpResponse<String> answer = get(service, path);
                assertThat(answer.statusCode()).as(path).isIn(400, 401);
                assertThat(answer.body()).as(path).doesNotContain("<html");
                assertThat(get(service, path, "Authorization", "Bearer right").statusCode())
                        .as(path)
                        .isIn(200, 404);
            }
        }
    }

    private static HttpResponse<String> get(ServiceProcess service, String path, String... headers) throws Exception {
        var request = service.request(path);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return service.http().send(request.build(), BodyHandlers.ofString());
    }
}
