package dev.tenth.serve.latent;

import dev.tenth.http.MemoryBudget;
import dev.tenth.serve.engine.Engine;
import dev.tenth.serve.engine.Fields;
import dev.tenth.serve.engine.ModelException;
import dev.tenth.serve.engine.ModelException.Reason;
import dev.tenth.serve.engine.Models.Version;
import dev.tenth.serve.latent.ShownPictures.Shown;
import dev.tenth.store.Blobs;
import dev.tenth.store.RunLog;
import dev.tenth.text.Excerpt;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * What a run learned as a GIF: the same latent vectors as seen by each checkpoint that is kept, or, with {@code ?picture=ID}, the
 * pictures of one id that the run showed. The checkpoints are evaluated by the engine, so that a training is not slowed. A client
 * that leaves ends the work.
 */
@Singleton
@Path("/api/v1/runs/{id}/timelapse.gif")
@Produces(TimelapseResource.GIF)
public class TimelapseResource {
    static final String GIF = "image/gif";
    private static final int MOST_FRAMES = 60;
    private static final int MOST_PICTURES_OF_LOG = 120;
    /** Of all frames together; where pictures are large there are fewer. A pixel takes a byte at most. */
    private static final long MOST_PIXELS = 24L << 20;

    private static final int MOST_TILES = 64;
    private static final int MOST_SIDE = 16;
    /** So many are made at the same time. */
    private static final int MOST_AT_A_TIME = 2;

    private static final int HUNDREDTHS = 16;
    private static final int HUNDREDTHS_AT_END = 200;

    private final Engine engine;
    private final ShownPictures pictures;
    private final MemoryBudget memory;
    private final Semaphore makers = new Semaphore(MOST_AT_A_TIME);

    TimelapseResource(Engine engine, RunLog log, Blobs blobs, MemoryBudget memory) {
        this.engine = engine;
        this.pictures = new ShownPictures(log, blobs);
        this.memory = memory;
    }

    /**
     * The time-lapse of a run.
     *
     * @param seed of the vectors
     * @param rows of the grid of pictures
     * @param columns of the grid of pictures
     * @param picture the id of what the run showed; what the checkpoints make of the vectors if absent
     */
    @GET
    public Uni<Response> timelapse(
            @PathParam("id") String run,
            @QueryParam("seed") String seed,
            @QueryParam("rows") String rows,
            @QueryParam("columns") String columns,
            @QueryParam("picture") Optional<String> picture) {
        return oneOfFew(() -> picture.map(id -> logged(run, id))
                        .orElseGet(() -> evaluated(run, Grid.of(seed, rows, columns))))
                .map(gif -> Response.ok(gif, GIF)
                        .header("Cache-Control", "no-cache") // a run that trains has one frame more the next time
                        .header("Content-Disposition", "inline; filename=\"" + run + "-timelapse.gif\"")
                        .build())
                .onFailure()
                .transform(engine::refused);
    }

    /** The pictures of a frame: the vectors of a seed, in rows and columns. */
    private record Grid(long seed, int rows, int columns) {
        static Grid of(String seed, String rows, String columns) {
            Grid grid = new Grid(
                    number("seed", seed, 1, 0, WalkRequest.LARGEST_SEED),
                    (int) number("rows", rows, 4, 1, MOST_SIDE),
                    (int) number("columns", columns, 8, 1, MOST_SIDE));
            if (grid.tiles() > MOST_TILES) {
                throw new IllegalArgumentException(
                        "rows: %d × %d pictures are more than %d".formatted(grid.rows, grid.columns, MOST_TILES));
            }
            return grid;
        }

        private static long number(String name, String text, long otherwise, long least, long most) {
            try {
                long value = text == null ? otherwise : Long.parseLong(text);
                if (value >= least && value <= most) {
                    return value;
                }
            } catch (NumberFormatException _) {
                // said below
            }
            throw Fields.wrong(name, Excerpt.quoted(text), "an integer from " + least + " to " + most);
        }

        int tiles() {
            return rows * columns;
        }
    }

    private Uni<byte[]> oneOfFew(Supplier<Uni<? extends byte[]>> work) {
        return Uni.createFrom().deferred(() -> {
            if (!makers.tryAcquire()) {
                throw new ModelException(
                        Reason.NO_ROOM, "timelapse: " + MOST_AT_A_TIME + " are in progress already; try again later");
            }
            return Uni.createFrom().<byte[]>deferred(work).onTermination().invoke(() -> makers.release());
        });
    }

    /** Makes a file of so many frames, within the memory that all requests share. */
    private Uni<byte[]> withMemory(int frames, long pixels, Supplier<Uni<? extends byte[]>> work) {
        long bytes = frames * pixels;
        return Uni.createFrom().deferred(() -> {
            if (!memory.take(bytes)) {
                throw new ModelException(Reason.NO_ROOM, "timelapse: not enough memory now; try again later");
            }
            return Uni.createFrom().<byte[]>deferred(work).onTermination().invoke(() -> memory.release(bytes));
        });
    }

    private static <T> Uni<T> blocking(Supplier<T> work) {
        return Uni.createFrom().item(work).runSubscriptionOn(Infrastructure.getDefaultWorkerPool());
    }

    // ---- what each checkpoint makes of the same vectors

    private Uni<byte[]> evaluated(String run, Grid grid) {
        return blocking(() -> engine.models().all(run))
                .chain(versions -> LatentDecoder.of(engine, versions.getLast()).chain(decoder -> {
                    Film film = new Film(grid, versions, decoder);
                    return withMemory(film.versions.size(), film.pixels, film::shoot);
                }));
    }

    /** The frames of one film, one after the other: no more than one model is asked for at a time. */
    private static final class Film {
        private final LatentDecoder last;
        private final int columns;
        private final List<float[]> vectors;
        private final List<Version> versions;
        private final long pixels;
        private AnimatedGif gif;

        Film(Grid grid, List<Version> all, LatentDecoder last) {
            last.requireRoom(grid.rows(), grid.columns());
            this.last = last;
            this.columns = grid.columns();
            this.vectors = IntStream.range(0, grid.tiles())
                    .mapToObj(i -> last.prior().draw(grid.seed(), i, last.dimensions()))
                    .toList();
            int height = Math.toIntExact(last.image().row().get(0)) * grid.rows();
            int width = Math.toIntExact(last.image().row().get(1)) * grid.columns();
            this.pixels = AnimatedGif.pixels(width, height);
            this.versions = chosen(all, frames(MOST_FRAMES, pixels));
        }

        Uni<byte[]> shoot() {
            return Multi.createFrom()
                    .iterable(versions)
                    .onItem()
                    .transformToUniAndConcatenate(this::frame)
                    .onItem()
                    .ignoreAsUni()
                    .map(_ -> gif.end());
        }

        private Uni<Void> frame(Version version) {
            return last.of(version)
                    .draw(vectors, columns)
                    .emitOn(Infrastructure.getDefaultWorkerPool())
                    .invoke(picture -> add(picture, version))
                    .onFailure(this::isThinnedOut)
                    .recoverWithNull()
                    .replaceWithVoid();
        }

        /** While the film is made the run goes on, and writes checkpoints for which older ones make room. */
        private boolean isThinnedOut(Throwable failure) {
            return gif != null && failure instanceof ModelException error && error.reason() == Reason.NO_SUCH_VERSION;
        }

        private void add(ImageGrid picture, Version version) {
            if (gif == null) {
                gif = new AnimatedGif(picture.width(), picture.height());
            }
            boolean atEnd = version.equals(versions.getLast());
            double end = Math.max(1, versions.getLast().checkpoint().step());
            gif.add(picture, version.checkpoint().step() / end, atEnd ? HUNDREDTHS_AT_END : HUNDREDTHS);
        }
    }

    // ---- what the log has

    private Uni<byte[]> logged(String run, String id) {
        return blocking(() -> {
                    engine.models().requireRun(run);
                    return pictures.of(run, id);
                })
                .chain(this::film);
    }

    private Uni<byte[]> film(List<Shown> all) {
        ImageGrid newest = pixels(all.getLast());
        long pixels = AnimatedGif.pixels(newest.width(), newest.height());
        List<Shown> frames = chosen(all, frames(MOST_PICTURES_OF_LOG, pixels));
        AnimatedGif gif = new AnimatedGif(newest.width(), newest.height());
        double end = Math.max(1, all.getLast().step());
        return withMemory(frames.size(), pixels, () -> Multi.createFrom()
                .iterable(frames)
                .onItem()
                .transformToUniAndConcatenate(frame -> blocking(() -> {
                    boolean last = frame.equals(all.getLast());
                    gif.add(pixels(frame), frame.step() / end, last ? HUNDREDTHS_AT_END : HUNDREDTHS);
                    return null;
                }))
                .onItem()
                .ignoreAsUni()
                .map(_ -> gif.end()));
    }

    private ImageGrid pixels(Shown shown) {
        return pictures.pixels(shown)
                .orElseThrow(() ->
                        new ModelException(Reason.BROKEN, "picture: the one of step " + shown.step() + " is lost"));
    }

    /** As many frames as may be, for pictures of a size. */
    private static int frames(int most, long pixels) {
        return (int) Math.clamp(MOST_PIXELS / pixels, 2, most);
    }

    /** So many of a list, evenly, with the first and the last. */
    static <T> List<T> chosen(List<T> all, int most) {
        if (all.size() <= most) {
            return all;
        }
        List<T> some = new ArrayList<>(most);
        for (int i = 0; i < most; i++) {
            some.add(all.get((int) Math.round((double) i * (all.size() - 1) / (most - 1))));
        }
        return some;
    }
}
