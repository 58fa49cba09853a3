"""The kernels that load a minibatch of groups: from groups to rows of the data."""

from skbackprop.kernels.abi import GROUP_STARTS, N_GROUPS, N_ROWS, ORDER, W, X, Y
from skbackprop.kernels.language.memory import as_int64s, plain_kernel


def make_expand_groups():
    """Return the kernel that turns an order of groups into one of memberships.

    The memberships of each group stand together. N_ROWS becomes their number,
    N_GROUPS that of the groups, which begin at GROUP_STARTS.
    """

    def expand_groups(row, context, scalars):
        groups, starts = as_int64s(context[ORDER]), as_int64s(row[X])
        memberships, own_starts = as_int64s(row[Y]), as_int64s(row[W])
        n_groups, n_rows = context[N_ROWS], 0
        for g in range(n_groups):
            own_starts[g] = n_rows
            for membership in range(starts[groups[g]], starts[groups[g] + 1]):
                memberships[n_rows] = membership
                n_rows += 1
        own_starts[n_groups] = n_rows
        context[N_ROWS], context[ORDER] = n_rows, row[Y]
        context[N_GROUPS], context[GROUP_STARTS] = n_groups, row[W]

    return plain_kernel(expand_groups)


def make_find_members():
    """Return the kernel that turns an order of memberships into one of rows."""

    def find_members(row, context, scalars):
        order, members = as_int64s(context[ORDER]), as_int64s(row[X])
        for r in range(context[N_ROWS]):
            order[r] = members[order[r]]

    return plain_kernel(find_members)
