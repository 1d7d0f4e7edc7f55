package dev.tenth.run;

import dev.tenth.event.BlobPath;
import dev.tenth.event.EventData;
import dev.tenth.recipe.Png;
import dev.tenth.recipe.Shown;
import dev.tenth.store.Blobs;
import java.util.Optional;

/** Makes events of what a training shows. */
final class ShownEvents {
    private final Blobs blobs;

    ShownEvents(Blobs blobs) {
        this.blobs = blobs;
    }

    /**
     * The data of the event of something shown; the pixels of an image go to the blobs first.
     *
     * @throws dev.tenth.store.StoreException if they cannot be stored
     */
    EventData of(Shown shown) {
        return switch (shown) {
            case Shown.Metrics metrics -> new EventData.Metrics(metrics.values());
            case Shown.Curve curve -> new EventData.Curve(curve.id(), curve.x(), curve.series());
            case Shown.Field field ->
                new EventData.Field(
                        field.id(),
                        field.x0(),
                        field.x1(),
                        field.y0(),
                        field.y1(),
                        field.width(),
                        field.height(),
                        field.values());
            case Shown.Image image ->
                new EventData.Image(
                        image.id(),
                        BlobPath.png(blobs.put(Png.write(image))),
                        image.width(),
                        image.height(),
                        Optional.ofNullable(image.caption()));
            case Shown.Text text -> new EventData.Text(text.id(), text.text());
            case Shown.Histogram histogram ->
                new EventData.Histogram(histogram.id(), histogram.edges(), histogram.series());
            case Shown.Matrix matrix ->
                new EventData.Matrix(matrix.id(), matrix.rows(), matrix.columns(), matrix.values());
            case Shown.Trail trail -> new EventData.Trail(trail.id(), trail.series());
        };
    }
}
