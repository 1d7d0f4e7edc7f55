package dev.tenth.http;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/**
 * A stream, or a later item, that is made of an item once that is there, as {@code onItem().transformToMulti} and
 * {@code transformToUni} make it.
 *
 * <p>Those of Mutiny 3.1.1 lose a cancellation that comes while their function is called: what the function returns is subscribed to
 * afterwards, and goes on for nobody. Here it is cancelled as soon as it is subscribed to. The operator that replaces an empty stream
 * by another one sees to that.
 */
public final class TransformToMulti {
    private TransformToMulti() {}

    /** The stream that a function makes of the item; it is asked for as much as is requested here. */
    public static <T, R> Multi<R> of(Uni<T> item, Function<? super T, Multi<R>> stream) {
        return Multi.createFrom().deferred(() -> {
            AtomicReference<T> found = new AtomicReference<>();
            return item.invoke(found::set)
                    .onItem()
                    .<R>transform(_ -> null) // of a null the stream is empty
                    .toMulti()
                    .onCompletion()
                    .ifEmpty()
                    .switchTo(() -> stream.apply(found.get()));
        });
    }

    /** The item that a function makes, later, of another one. */
    public static <T, R> Uni<R> one(Uni<T> item, Function<? super T, Uni<R>> later) {
        return of(item, found -> later.apply(found).toMulti()).toUni();
    }
}
