package dev.tenth.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenth.http.ConnectionPlaces.Place;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ConnectionPlacesTest {
    private static final int LIMIT = 3;

    private final ConnectionPlaces places = new ConnectionPlaces(LIMIT);

    @Test
    void manyWhoComeAtOnceGetAsManyPlacesAsThereAre() throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<Optional<Place>> take = () -> places.take(() -> false);
            List<Future<Optional<Place>>> taken = threads.invokeAll(
                    IntStream.range(0, 100).mapToObj(_ -> take).toList());
            assertThat(taken).filteredOn(place -> place.resultNow().isPresent()).hasSize(LIMIT);
        }
        assertThat(places.taken()).isEqualTo(LIMIT);
    }

    @Test
    void aPlaceIsGivenBackOnce() {
        Place place = places.take(() -> false).orElseThrow();
        place.release();
        place.release();
        assertThat(places.taken()).isZero();
    }

    @Test
    void whoIsFullFirstTakesBackWhatClosedConnectionsHold() {
        AtomicBoolean closed = new AtomicBoolean();
        AtomicBoolean told = new AtomicBoolean();
        for (int i = 0; i < LIMIT; i++) {
            places.take(closed::get).orElseThrow().onRelease(() -> told.set(true));
        }
        assertThat(places.take(() -> false)).isEmpty();
        closed.set(true);
        assertThat(places.take(() -> false)).isPresent();
        assertThat(places.taken()).isEqualTo(1);
        assertThat(told).isTrue();
    }

    @Test
    void aPlaceThatMovedBelongsToTheWebSocket() {
        Place place = places.take(() -> true).orElseThrow(); // the response ended with the handshake
        place.moveTo(() -> false);
        places.sweep();
        assertThat(places.taken()).isEqualTo(1);
    }

    @Test
    void whoComesAfterTheReleaseHearsOfIt() {
        Place place = places.take(() -> true).orElseThrow();
        places.sweep();
        AtomicBoolean told = new AtomicBoolean();
        place.onRelease(() -> told.set(true));
        assertThat(told).isTrue();
    }
}
