package dev.tenth.app;

import dev.tenth.torch.Torch;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import org.jboss.logging.Logger;

/** Starts the service, and meanwhile loads libtorch, which takes a good part of the time until it is ready. */
@QuarkusMain
public final class Main {
    private Main() {}

    public static void main(String... arguments) {
        // Before there are two threads: the log manager's classes wait for each other when two threads begin with them
        // at once.
        Logger.getLogger(Main.class);
        Thread.ofPlatform().daemon().name("libtorch").start(() -> {
            try {
                Torch.load();
            } catch (IllegalStateException e) {
                // The house asks again and says it.
            }
        });
        Quarkus.run(arguments);
    }
}
