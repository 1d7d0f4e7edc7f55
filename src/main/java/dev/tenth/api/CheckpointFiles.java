package dev.tenth.api;

import dev.tenth.http.Problem;
import dev.tenth.store.Checkpoint;
import dev.tenth.store.Checkpoints;
import dev.tenth.store.StoreException;
import dev.tenth.text.Excerpt;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.util.List;

/** The checkpoints of runs as files that leave the house. */
final class CheckpointFiles {
    static final String LATEST = "latest";

    private final Checkpoints checkpoints;

    CheckpointFiles(Checkpoints checkpoints) {
        this.checkpoints = checkpoints;
    }

    /**
     * The file of a step, or of the newest one that is whole.
     *
     * @param step a number, or {@link #LATEST}
     * @throws Problem.Exception if there is none such, or the one that is asked for is corrupt, naming the others
     */
    Response file(String run, String step) {
        for (Checkpoint checkpoint : checkpoints.list(run).reversed()) {
            if (step.equals(LATEST) || Long.toString(checkpoint.step()).equals(step)) {
                try {
                    // Opened before the answer begins: what cannot be read still has a status of its own.
                    return file(checkpoints.open(checkpoint), run + "-" + checkpoint.step() + ".safetensors");
                } catch (StoreException e) {
                    refuse(run, step, e);
                }
            }
        }
        throw none(run, step);
    }

    private void refuse(String run, String step, StoreException cause) {
        switch (cause.reason()) {
            case CORRUPT -> {
                if (!step.equals(LATEST)) {
                    throw new Problem.Exception(
                            409,
                            "Checkpoint corrupt",
                            "step: the checkpoint of step %s of run %s is corrupt; there are those of steps %s"
                                    .formatted(step, run, steps(run)));
                }
            }
            case MISSING -> {} // it has just made room for newer ones
            case FULL, UNAVAILABLE -> throw cause;
        }
    }

    /** That there is no such checkpoint, with those that there are. */
    Problem.Exception none(String run, String step) {
        return new Problem.Exception(
                404,
                "No such checkpoint",
                "step: run %s has no checkpoint of step %s; it has those of steps %s"
                        .formatted(run, Excerpt.quoted(step), steps(run)));
    }

    private List<Long> steps(String run) {
        return checkpoints.list(run).stream().map(Checkpoint::step).toList();
    }

    private static Response file(ReadableByteChannel channel, String name) {
        StreamingOutput content = output -> {
            try (channel) {
                Channels.newInputStream(channel).transferTo(output);
            }
        };
        return Response.ok(content, MediaType.APPLICATION_OCTET_STREAM)
                .header("Content-Disposition", "attachment; filename=\"" + name + "\"")
                .build();
    }
}
