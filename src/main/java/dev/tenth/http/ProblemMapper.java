package dev.tenth.http;

/** Tells as a problem what went wrong: for where an answer has begun, and no exception mapper comes any more. */
public interface ProblemMapper {
    Problem problem(Throwable failure);
}
