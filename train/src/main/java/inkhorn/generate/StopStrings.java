package inkhorn.generate;

import java.util.List;

/**
 * Passes a text on up to the first of several stop strings, however the text is cut into pieces: what may become a stop
 * string is held back until it is one or is none. Where one stop string ends first, the text ends before it; of several
 * that end together, before the longest.
 */
public final class StopStrings {
    private final List<String> stops;
    private final StringBuilder held = new StringBuilder();
    private boolean isReached;

    /** @throws IllegalArgumentException when one is empty */
    public StopStrings(List<String> stops) {
        if (stops.contains("")) {
            throw new IllegalArgumentException("a stop string is empty, which would stop every text before it begins");
        }
        this.stops = List.copyOf(stops);
    }

    /** @return what of the text so far is certain to stand before any stop string and was not returned yet */
    public String next(String piece) {
        StringBuilder passed = new StringBuilder();
        for (int i = 0; i < piece.length() && !isReached; i++) {
            held.append(piece.charAt(i));
            int stop = longestAtEnd();
            if (stop > 0) {
                isReached = true;
                passed.append(held, 0, held.length() - stop);
                held.setLength(0);
            } else {
                int certain = held.length() - mayBecome();
                passed.append(held, 0, certain);
                held.delete(0, certain);
            }
        }
        return passed.toString();
    }

    /** @return what was held back and became no stop string, when nothing follows */
    public String finish() {
        String rest = held.toString();
        held.setLength(0);
        return rest;
    }

    public boolean isReached() {
        return isReached;
    }

    /** The length of the longest stop string that the held text ends with, or 0. */
    private int longestAtEnd() {
        return stops.stream().filter(stop -> endsWith(stop, stop.length())).mapToInt(String::length).max().orElse(0);
    }

    /** The length of the longest end of the held text that a stop string begins with, or 0. */
    private int mayBecome() {
        int longest = 0;
        for (String stop : stops) {
            for (int length = Math.min(held.length(), stop.length() - 1); length > longest; length--) {
                longest = endsWith(stop, length) ? length : longest;
            }
        }
        return longest;
    }

    private boolean endsWith(String stop, int length) {
        int from = held.length() - length;
        for (int i = 0; i < length; i++) {
            if (from < 0 || held.charAt(from + i) != stop.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
