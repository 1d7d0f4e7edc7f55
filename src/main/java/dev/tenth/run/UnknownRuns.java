package dev.tenth.run;

import dev.tenth.store.Checkpoint;
import dev.tenth.store.Checkpoints;
import dev.tenth.store.Checkpoints.Flaw;
import dev.tenth.store.RunLog;
import dev.tenth.store.StoreException;

/**
 * Checkpoints of runs that the log does not know. What belongs to a run that was removed goes. The rest goes into quarantine: a
 * service that died while it made a run leaves such a checkpoint, but so does a log that was restored from an older copy, and then
 * they are all that is left of those runs.
 */
final class UnknownRuns {
    private static final System.Logger LOG = System.getLogger(UnknownRuns.class.getName());

    private UnknownRuns() {}

    /** Puts them away, while nobody makes runs. What cannot be read now is left as it is. */
    static void sweep(RunLog log, Checkpoints checkpoints) {
        try {
            for (String run : checkpoints.runs()) {
                if (log.find(run).isPresent()) {
                    continue;
                }
                if (log.wasDeleted(run)) {
                    checkpoints.deleteAll(run);
                    continue;
                }
                for (Checkpoint checkpoint : checkpoints.list(run)) {
                    checkpoints.quarantine(checkpoint, Flaw.ORPHAN, "the log knows no run " + run);
                }
            }
        } catch (StoreException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "checkpoints of runs that the log does not know are left as they are",
                    e);
        }
    }
}
