package inkhorn.train.parallel;

import inkhorn.config.UserError;
import java.util.List;

/** An error of the user that all processes of a training find at the same point, so that one of them may say it. */
public final class AgreedError extends UserError {

    private static final long serialVersionUID = 1;

    /** One line a problem. */
    public AgreedError(List<String> lines) {
        super(lines);
    }
}
