"""The kernels that load a minibatch of groups, by mapping groups to rows of data."""

from skbackprop.kernels.abi import Context, ExpandGroups, FindMembers
from skbackprop.kernels.language.memory import as_int64s, plain_kernel


def make_expand_groups():
    """Return the kernel that maps an order of groups to an order of memberships.

    The memberships of each group are consecutive. ``Context.n_rows`` is set to their
    number, ``n_groups`` to that of the groups, and ``group_starts`` to their starts.
    """

    def expand_groups(row, context, scalars):
        groups = as_int64s(context[Context.order])
        starts = as_int64s(row[ExpandGroups.group_starts])
        memberships = as_int64s(row[ExpandGroups.memberships])
        own_starts = as_int64s(row[ExpandGroups.batch_starts])
        n_groups, n_rows = context[Context.n_rows], 0
        for g in range(n_groups):
            own_starts[g] = n_rows
            for membership in range(starts[groups[g]], starts[groups[g] + 1]):
                memberships[n_rows] = membership
                n_rows += 1
        own_starts[n_groups] = n_rows
        context[Context.n_rows], context[Context.order] = (
            n_rows,
            row[ExpandGroups.memberships],
        )
        context[Context.n_groups], context[Context.group_starts] = (
            n_groups,
            row[ExpandGroups.batch_starts],
        )

    return plain_kernel(expand_groups)


def make_find_members():
    """Return the kernel that maps an order of memberships to an order of rows."""

    def find_members(row, context, scalars):
        order = as_int64s(context[Context.order])
        members = as_int64s(row[FindMembers.members])
        for r in range(context[Context.n_rows]):
            order[r] = members[order[r]]

    return plain_kernel(find_members)
